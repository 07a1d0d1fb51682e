using KestrelL4.Upstreams;

namespace KestrelL4.Tests.Upstreams;

public sealed class PanicTests
{
    public static TheoryData<Balancing> Policies => [.. Enum.GetValues<Balancing>()];

    [Theory]
    [MemberData(nameof(Policies))]
    public void Pick_ShareBelowTheThreshold_OffersAllButDrainedFullAndUnweighted(Balancing balancing)
    {
        PickScene scene = Scene(0.5, balancing, 1, 1, 1, 1, 1, 0);
        Down(scene, 'a', 'b');
        Assert.Equal("cde", Offered(scene));

        scene['c'].IsDraining = true;
        Assert.Equal("abde", Offered(scene));

        scene['d'].MaxConnections = 1;
        scene['d'].Enter();
        Assert.Equal("abe", Offered(scene));
        Assert.Equal(new Strength(1, 5, 0), scene.Set.Look().Panic);
    }

    [Fact]
    public void Pick_ShareAtTheThreshold_IsNoPanic()
    {
        PickScene scene = Scene(0.5, Balancing.RoundRobin, 1, 1);
        Down(scene, 'a');

        Assert.Equal("b", Offered(scene));
        Assert.Null(scene.Set.Look().Panic);
        Down(scene, 'b');
        Assert.Equal("ab", Offered(scene));
    }

    [Fact]
    public void Pick_Off_NeverOffersThoseThatAreDown()
    {
        PickScene scene = Scene(0, Balancing.RoundRobin, 1, 1);
        Down(scene, 'a', 'b');

        Assert.Null(scene.Set.Pick([]));
    }

    [Fact]
    public void Pick_BackupIsAvailable_StandsInRatherThanPanic()
    {
        PickScene scene = Scene(0.9, Balancing.LeastConnections, 1, 1, 1);
        scene['c'].IsBackup = true;
        Down(scene, 'a');
        Assert.Equal("ab", Offered(scene));

        Down(scene, 'b');
        Assert.Equal("c", Offered(scene));

        Down(scene, 'c');
        Assert.Equal("ab", Offered(scene));
        Assert.Equal("c", scene.Set.Pick([scene['a'], scene['b']])?.Name);
    }

    [Fact]
    public void Pick_WeightZeroIsDown_IsNotMissed()
    {
        PickScene scene = Scene(0.6, Balancing.RoundRobin, 1, 0);
        Down(scene, 'b');

        Assert.Null(scene.Set.Look().Panic);
    }

    [Fact]
    public void Use_NewThreshold_HoldsFromTheNextPick()
    {
        PickScene scene = Scene(0, Balancing.RoundRobin, 1);
        Down(scene, 'a');

        scene.Set.Use(new PickRules(Balancing.RoundRobin, 0.1, TimeSpan.Zero));

        Assert.Equal("a", Offered(scene));
    }

    private static PickScene Scene(double threshold, Balancing balancing, params int[] weights) =>
        new(new ApplicationSettings { PanicThreshold = threshold, Balancing = balancing }, weights);

    private static void Down(PickScene scene, params char[] names) =>
        Array.ForEach(names, name => scene.Set.Report(scene[name], UpstreamHealth.Down, "refused"));

    private static string Offered(PickScene scene) => string.Concat(scene.Passing(300).Distinct().Order());
}
