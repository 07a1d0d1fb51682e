using KestrelL4.Upstreams;

namespace KestrelL4.Tests.Upstreams;

public sealed class SlowStartTests
{
    private const int Connections = 6_000;

    private static readonly TimeSpan SlowStart = TimeSpan.FromSeconds(30);

    public static TheoryData<Balancing> Policies => [.. Enum.GetValues<Balancing>()];

    [Theory]
    [MemberData(nameof(Policies))]
    public void Pick_FirstList_HasItsWholeWeight(Balancing balancing) => Assert.InRange(ShareOfB(Scene(balancing)), 0.45, 0.55);

    [Theory]
    [MemberData(nameof(Policies))]
    public void Pick_OneComesBack_GrowsLinearlyToItsWholeWeight(Balancing balancing)
    {
        PickScene scene = Scene(balancing);
        scene.Set.Report(scene['b'], UpstreamHealth.Down, "refused");
        scene.Time.Advance(TimeSpan.FromHours(1));
        scene.Set.Report(scene['b'], UpstreamHealth.Healthy, null);

        Assert.InRange(ShareOfB(scene), 0.07, 0.11);
        scene.Time.Advance(SlowStart / 2);
        Assert.InRange(ShareOfB(scene), 0.32, 0.39);
        scene.Time.Advance(SlowStart / 2);
        Assert.InRange(ShareOfB(scene), 0.45, 0.55);
        Assert.Null(scene['b'].SlowSince);
    }

    [Theory]
    [MemberData(nameof(Policies))]
    public void Pick_OneIsAdded_BeginsSmall(Balancing balancing)
    {
        PickScene scene = Scene(balancing);
        scene.Set.Replace([scene['a']]);
        scene.Set.Replace(scene.Upstreams);

        Assert.InRange(ShareOfB(scene), 0.07, 0.11);
    }

    [Fact]
    public void Pick_FirstListOfASetThatWasEmpty_HasItsWholeWeight()
    {
        PickScene scene = Scene(Balancing.RoundRobin);
        scene.Set.Replace([]);

        scene.Set.Replace(scene.Upstreams);

        Assert.Equal("abab", scene.Passing(4));
    }

    [Fact]
    public void Pick_ComesBackWhileConnectionsAreHeld_HoldsItsShareAtEachMoment()
    {
        PickScene scene = Scene(Balancing.LeastConnections);
        scene.Set.Report(scene['b'], UpstreamHealth.Quarantined, "failed");
        Hold(scene, 100);
        scene.Set.Report(scene['b'], UpstreamHealth.Healthy, null);

        Hold(scene, 21);
        Assert.Equal((110, 11), (scene['a'].ActiveConnections, scene['b'].ActiveConnections));
        scene.Time.Advance(SlowStart);
        Hold(scene, 99);
        Assert.Equal((110, 110), (scene['a'].ActiveConnections, scene['b'].ActiveConnections));
    }

    [Fact]
    public void Pick_AloneWhileItStarts_TakesAll()
    {
        PickScene scene = Scene(Balancing.RoundRobin);
        scene.Set.Report(scene['b'], UpstreamHealth.Down, "refused");
        scene.Set.Report(scene['b'], UpstreamHealth.Healthy, null);
        scene['a'].IsDraining = true;

        Assert.Equal("bbb", scene.Passing(3));
    }

    [Fact]
    public void ShareAfter_AnyTime_IsNeverNothing()
    {
        PickRules rules = new(Balancing.RoundRobin, 0, SlowStart);

        Assert.Equal(0.1, rules.ShareAfter(TimeSpan.Zero));
        Assert.Equal(0.55, rules.ShareAfter(SlowStart / 2));
        Assert.Equal(1, rules.ShareAfter(SlowStart));
        Assert.Equal(1, new PickRules(Balancing.RoundRobin, 0, TimeSpan.Zero).ShareAfter(TimeSpan.Zero));
    }

    private static PickScene Scene(Balancing balancing) => new(new ApplicationSettings { SlowStart = SlowStart, Balancing = balancing }, 3, 3);

    private static double ShareOfB(PickScene scene) => scene.Counts(Connections)[1] / (double)Connections;

    private static void Hold(PickScene scene, int count)
    {
        for (int i = 0; i < count; i++)
        {
            scene.Set.Pick([]);
        }
    }
}
