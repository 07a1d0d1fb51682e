using KestrelL4.Upstreams;

namespace KestrelL4.Tests.Upstreams;

/// <summary>Connections that wait for a place: in order, told at once, and never in vain.</summary>
public sealed class WaitTests
{
    private readonly PickScene _scene = new(Balancing.LeastConnections, 1, 1);

    public WaitTests()
    {
        Array.ForEach(_scene.Upstreams, static upstream => upstream.MaxConnections = 1);
        Assert.Equal("a", Set.Pick([])?.Name);
        Assert.Equal("b", Set.Pick([])?.Name);
    }

    private UpstreamSet Set => _scene.Set;

    [Fact]
    public void Wait_APlaceIsFreed_GoesToTheFirstWhoCame()
    {
        Waiter first = Waiting();
        Waiter second = Waiting();
        Assert.Equal(2, Set.Waiting);

        Set.Leave(_scene['b']);
        Has(first, 'b');
        Waits(second);
        Set.Leave(_scene['a']);

        Has(second, 'a');
        Assert.Equal(0, Set.Waiting);
        Assert.All(_scene.Upstreams, static upstream => Assert.Equal(1, upstream.ActiveConnections));
    }

    [Fact]
    public void Wait_PlaceIsThereAlready_IsOverAtOnce()
    {
        Set.Leave(_scene['a']);

        Has(Waiting(), 'a');
    }

    [Fact]
    public void Pick_WhileOthersWait_DoesNotOvertake()
    {
        Waiter first = Waiting();
        Assert.Null(Set.Pick([]));

        _scene['a'].MaxConnections = 2;
        Assert.Null(Set.Pick([]));

        Has(first, 'a');
    }

    [Fact]
    public void Pick_PlaceIsFreedAndNobodyServedYet_LeavesItToThoseWhoWait()
    {
        Waiter first = Waiting();
        Waiter second = Waiting();

        Set.Change(() =>
        {
            // As in the moment between the freeing of a place and its event.
            Set.Leave(_scene['a']);
            Assert.Null(Set.Pick([]));
        });

        Has(first, 'a');
        Waits(second);
    }

    [Fact]
    public void Wait_PlaceCameToNothing_StandsWhereItStoodBefore()
    {
        Waiter first = Waiting();
        Waiter[] later = [Waiting(), Set.Wait([_scene['a']]), Waiting()];
        Set.Leave(_scene['a']);
        Has(first, 'a');

        // Its dial failed.
        Waiter again = Set.Wait([_scene['a']], number: first.Number);
        Set.Leave(_scene['a']);
        Has(later[0], 'a');
        Set.Leave(_scene['b']);

        Has(again, 'b');
        Assert.All(later[1..], Waits);
    }

    [Fact]
    public void Wait_MoreRoom_ServesAsManyAsItHolds()
    {
        Waiter[] waiters = [Waiting(), Waiting(), Waiting(), Waiting()];

        _scene['b'].MaxConnections = 3;

        Has(waiters[0], 'b');
        Has(waiters[1], 'b');
        Waits(waiters[2]);
        _scene['b'].MaxConnections = null;
        Has(waiters[2], 'b');
        Has(waiters[3], 'b');
    }

    [Fact]
    public void Wait_UpstreamUndrainedWeightedRecoveredOrAdded_ServesInOrder()
    {
        Upstream drained = PickScene.Make('c');
        drained.IsDraining = true;
        Upstream unweighted = PickScene.Make('d', weight: 0);
        Upstream down = PickScene.Make('e');
        Set.Replace([.. _scene.Upstreams, drained, unweighted, down]);
        Set.Report(down, UpstreamHealth.Down, "refused");
        Array.ForEach([drained, unweighted, down], static upstream => upstream.MaxConnections = 1);
        Waiter[] waiters = [Waiting(), Waiting(), Waiting(), Waiting()];

        drained.IsDraining = false;
        Has(waiters[0], 'c');
        Waits(waiters[1]);
        unweighted.Weight = 1;
        Has(waiters[1], 'd');
        Waits(waiters[2]);
        Set.Report(down, UpstreamHealth.Healthy, null);
        Has(waiters[2], 'e');
        Waits(waiters[3]);
        Set.Replace([.. Set.All, PickScene.Make('f')]);
        Has(waiters[3], 'f');
    }

    [Fact]
    public void Wait_PanicBegins_IsServedByThoseThatAreDown()
    {
        Set.Replace([.. _scene.Upstreams, PickScene.Make('c')]);
        Set.Report(Set.All[2], UpstreamHealth.Down, "refused");
        Waiter waiter = Waiting();
        Waits(waiter);

        Set.Use(new PickRules(Balancing.LeastConnections, 0.5, TimeSpan.Zero));

        Has(waiter, 'c');
    }

    [Fact]
    public void Wait_NoPlaceCanCome_IsOverAtOnce()
    {
        Array.ForEach(_scene.Upstreams, static upstream => upstream.IsDraining = true);

        Refused(Waiting());
        Assert.Equal(0, Set.Waiting);
    }

    [Fact]
    public void Wait_TheLastThatIsFullGoes_IsRefusedAtOnce()
    {
        Waiter first = Waiting();
        Waiter second = Waiting();
        Set.Report(_scene['a'], UpstreamHealth.Down, "refused");
        Waits(first);

        _scene['b'].IsDraining = true;

        Refused(first);
        Refused(second);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Wait_TheListIsReplaced_IsRefusedOrGoesOn(bool byOthers)
    {
        Waiter waiter = Waiting();
        Upstream other = PickScene.Make('c');

        Set.Replace(byOthers ? [other] : []);

        if (byOthers)
        {
            Has(waiter, 'c');
        }
        else
        {
            Refused(waiter);
        }

        Set.Leave(_scene['a']);
        Assert.Equal(0, _scene['a'].ActiveConnections);
    }

    [Fact]
    public void Wait_Tried_TakesNoPlaceThereAndLetsOthersHaveIt()
    {
        Waiter triedA = Set.Wait([_scene['a']]);
        Waiter fresh = Waiting();

        Set.Leave(_scene['a']);
        Has(fresh, 'a');
        Waits(triedA);
        Waiter late = Set.Wait([_scene['a']]);
        Set.Leave(_scene['b']);

        Has(triedA, 'b');
        _scene['b'].IsDraining = true;
        Refused(late);
    }

    [Fact]
    public void Wait_GroupsOfTried_AreServedInTheOrderInWhichTheyCame()
    {
        Waiter[] waiters = [Set.Wait([_scene['a']]), Waiting(), Set.Wait([_scene['a']]), Waiting()];

        foreach (Waiter waiter in waiters)
        {
            Waits(waiter);
            Set.Leave(_scene['b']);
            Has(waiter, 'b');
        }
    }

    [Fact]
    public void GiveUp_WhileWaiting_LeavesTheLineAndTakesNoPlace()
    {
        Waiter first = Waiting();
        Waiter second = Waiting();

        first.GiveUp();
        first.GiveUp();

        Refused(first);
        Set.Leave(_scene['a']);
        Has(second, 'a');
        second.GiveUp();
        Has(second, 'a');
        Assert.Equal(1, _scene['a'].ActiveConnections);
    }

    [Fact]
    public void Change_SeveralSteps_AreOneForThoseWhoWait()
    {
        Waiter waiter = Waiting();
        Upstream other = PickScene.Make('c', weight: 0);

        Set.Change(() =>
        {
            Array.ForEach(_scene.Upstreams, static upstream => upstream.Weight = 0);
            Set.Replace([.. _scene.Upstreams, other]);
            other.Weight = 1;
            Waits(waiter);
        });

        Has(waiter, 'c');
    }

    [Fact]
    public void Wait_Backup_IsWaitedForOnlyWhenItIsFullToo()
    {
        Upstream backup = PickScene.Make('c');
        backup.IsBackup = true;
        backup.MaxConnections = 1;
        Set.Replace([.. _scene.Upstreams, backup]);
        Assert.Same(backup, Set.Pick([]));
        Waiter waiter = Waiting();

        Set.Leave(backup);

        Has(waiter, 'c');
    }

    private Waiter Waiting() => Set.Wait([]);

    private static void Waits(Waiter waiter) => Assert.False(waiter.Place.IsCompleted);

    private static void Has(Waiter waiter, char upstream) => Assert.Equal(upstream.ToString(), Now(waiter)?.Name);

    private static void Refused(Waiter waiter) => Assert.Null(Now(waiter));

    private static Upstream? Now(Waiter waiter)
    {
        Assert.True(waiter.Place.IsCompletedSuccessfully, "the wait is over");
        return waiter.Place.GetAwaiter().GetResult();
    }
}
