using KestrelL4.Upstreams;

namespace KestrelL4.Tests.Upstreams;

/// <summary>What holds for every policy alike.</summary>
public sealed class BalancingTests
{
    public static TheoryData<Balancing> Policies => [.. Enum.GetValues<Balancing>()];

    [Theory]
    [MemberData(nameof(Policies))]
    public void Pick_ManyClientsThatLeaveAtOnce_ShareByWeight(Balancing balancing)
    {
        const int Connections = 30_000;
        int[] weights = [1, 2, 3, 4, 0];
        PickScene scene = new(balancing, weights);

        int[] counts = scene.Counts(Connections);

        Assert.All(weights.Index(), weight =>
            Assert.InRange(counts[weight.Index], Connections * weight.Item / 10 * 0.93, Connections * weight.Item / 10 * 1.07));
    }

    [Theory]
    [MemberData(nameof(Policies))]
    public void Pick_Backup_OnlyWhenNoOtherIsOffered(Balancing balancing)
    {
        PickScene scene = new(balancing, 1, 1, 1);
        scene['a'].IsBackup = true;
        Assert.DoesNotContain('a', scene.Passing(100));

        scene['b'].IsDraining = true;
        scene['c'].MaxConnections = 1;
        Assert.Equal("c", scene.Set.Pick([])?.Name);

        Assert.Equal("aaaa", scene.Passing(4));
        Assert.Null(scene.Set.Pick([scene['a']]));
    }

    [Theory]
    [MemberData(nameof(Policies))]
    public void Pick_UnhealthyDrainedFullOrTried_IsPassedOver(Balancing balancing)
    {
        PickScene scene = new(balancing, 1, 1, 1, 1, 1, 1);
        scene.Set.Report(scene['a'], UpstreamHealth.Down, "refused");
        scene.Set.Report(scene['b'], UpstreamHealth.Quarantined, "failed");
        scene['c'].IsDraining = true;
        scene['d'].MaxConnections = 1;
        scene['d'].Enter();

        Assert.Equal(["e", "f"], scene.Passing(100).Select(static name => name.ToString()).Distinct().Order());
        Assert.Equal("f", scene.Set.Pick([scene['e']])?.Name);
        Assert.Null(scene.Set.Pick([scene['f'], scene['e']]));
    }

    [Theory]
    [MemberData(nameof(Policies))]
    public void Pick_FailedDials_VisitEachUpstreamOnce(Balancing balancing)
    {
        PickScene scene = new(balancing, 5, 1, 1, 3);
        List<Upstream> tried = [];

        while (scene.Set.Pick(tried, PickScene.Client(1)) is { } upstream)
        {
            tried.Add(upstream);
            scene.Set.Leave(upstream);
        }

        Assert.Equal(scene.Upstreams.OrderBy(static upstream => upstream.Name), tried.OrderBy(static upstream => upstream.Name));
        Assert.All(scene.Upstreams, static upstream => Assert.Equal(0, upstream.ActiveConnections));
    }

    [Fact]
    public void Use_OtherPoliciesInTurn_GoOnEvenlyAfterEach()
    {
        PickScene scene = new(Balancing.LeastConnections, 1, 1);
        scene.Passing(1000);
        Upstream late = PickScene.Make('c');
        foreach (Balancing balancing in new[] { Balancing.RoundRobin, Balancing.LeastConnections, Balancing.RoundRobin })
        {
            scene.Set.Use(new PickRules(balancing, 0, TimeSpan.Zero));
            scene.Set.Replace([.. scene.Upstreams, late]);

            string picks = scene.Passing(30);

            Assert.All("abc", name => Assert.InRange(picks.Count(pick => pick == name), 9, 11));
            Assert.DoesNotContain("ccc", picks, StringComparison.Ordinal);
        }
    }
}
