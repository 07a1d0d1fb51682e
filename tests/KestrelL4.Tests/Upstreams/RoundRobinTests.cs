using KestrelL4.Upstreams;

namespace KestrelL4.Tests.Upstreams;

public sealed class RoundRobinTests
{
    [Fact]
    public void Pick_EqualWeights_GoesRound() => Assert.Equal("abcabcabc", new PickScene(Balancing.RoundRobin, 1, 1, 1).Passing(9));

    [Fact]
    public void Pick_Weights_AreExactInEveryRoundAndMixed()
    {
        PickScene scene = new(Balancing.RoundRobin, 5, 1, 1);

        for (int round = 0; round < 3; round++)
        {
            string picks = scene.Passing(7);
            Assert.Equal(5, picks.Count(static name => name == 'a'));
            Assert.Equal(1, picks.Count(static name => name == 'b'));
            Assert.DoesNotContain("aaa", picks, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Pick_ConnectionsHeld_MakeNoDifference()
    {
        PickScene scene = new(Balancing.RoundRobin, 1, 1);
        Enumerable.Range(0, 50).ToList().ForEach(_ => scene['a'].Enter());

        Assert.Equal("abab", scene.Passing(4));
    }

    [Fact]
    public void Pick_OneWasAwayOrItsWeightFell_BringsNoFlood()
    {
        PickScene scene = new(Balancing.RoundRobin, 256, 1, 1);
        scene.Passing(100);
        scene['a'].IsDraining = true;
        scene.Passing(100);
        scene['a'].IsDraining = false;
        scene['a'].Weight = 1;

        string picks = scene.Passing(12);

        Assert.All("abc", name => Assert.InRange(picks.Count(pick => pick == name), 3, 5));
    }

    [Fact]
    public void Look_HoweverOften_ChangesNothing()
    {
        PickScene scene = new(Balancing.RoundRobin, 1, 1);

        Assert.Equal("a", scene.Set.Look().Upstream?.Name);
        Assert.Equal("a", scene.Set.Look().Upstream?.Name);
        Assert.Equal("ab", scene.Passing(2));
    }
}
