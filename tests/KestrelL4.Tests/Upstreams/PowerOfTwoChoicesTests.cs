using KestrelL4.Upstreams;

namespace KestrelL4.Tests.Upstreams;

public sealed class PowerOfTwoChoicesTests
{
    [Fact]
    public void Pick_TwoUpstreams_TakesTheLessLoaded()
    {
        PickScene scene = new(Balancing.PowerOfTwoChoices, 2, 1);
        scene['a'].Enter();

        Assert.Equal(new string('b', 50), scene.Passing(50));

        scene['b'].Enter();
        Assert.Equal(new string('a', 50), scene.Passing(50));
    }

    [Fact]
    public void Pick_OneIsMostLoadedOfMany_NeverTakesIt()
    {
        PickScene scene = new(Balancing.PowerOfTwoChoices, 1, 1, 1, 1);
        scene['b'].Enter();

        Assert.DoesNotContain('b', scene.Passing(500));
    }

    [Fact]
    public void Pick_ConnectionsHeld_StayNearlyLevel()
    {
        PickScene scene = new(Balancing.PowerOfTwoChoices, 1, 1, 1, 1, 1);

        for (int i = 0; i < 5_000; i++)
        {
            scene.Set.Pick([]);
        }

        Assert.All(scene.Upstreams, static upstream => Assert.InRange(upstream.ActiveConnections, 980, 1_020));
    }

    [Fact]
    public void Pick_DrawAtTheVeryEnd_StaysInside()
    {
        PowerOfTwoChoices policy = new(new Extreme());
        Candidate[] candidates = [new(PickScene.Make('a'), 0.1, 0), new(PickScene.Make('b'), 0.7, 0), new(PickScene.Make('c'), 0.2, 0)];

        Assert.InRange(policy.Choose(candidates, default), 0, 2);
        Assert.Equal(0, policy.Choose(candidates.AsSpan(0, 1), default));
    }

    private sealed class Extreme : Random
    {
        public override double NextDouble() => Math.BitDecrement(1.0);
    }
}
