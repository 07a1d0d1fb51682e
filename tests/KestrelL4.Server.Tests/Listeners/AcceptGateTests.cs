using KestrelL4.Server.Listeners;
using KestrelL4.Testing;

namespace KestrelL4.Server.Tests.Listeners;

public sealed class AcceptGateTests
{
    [Fact]
    public void TryEnter_AsManyConnectionsAsMayBe_RefusesUntilOneLeaves()
    {
        AcceptGate gate = new(TimeProvider.System) { MaxConnections = 2, MaxHandshakes = 10 };
        using AcceptGate.Place? first = gate.TryEnter(Stay);
        AcceptGate.Place? second = gate.TryEnter(Stay);
        second!.EndHandshake();

        Assert.Null(gate.TryEnter(Stay));
        second.Dispose();
        using AcceptGate.Place? third = gate.TryEnter(Stay);
        Assert.NotNull(third);
    }

    [Fact]
    public void TryEnter_AsManyHandshakesAsMayBe_RefusesUntilOneIsThrough()
    {
        AcceptGate gate = new(TimeProvider.System) { MaxConnections = 10, MaxHandshakes = 1 };
        using AcceptGate.Place? first = gate.TryEnter(Stay);
        Assert.Null(gate.TryEnter(Stay));

        first!.EndHandshake();
        first.EndHandshake();

        using AcceptGate.Place? second = gate.TryEnter(Stay);
        Assert.NotNull(second);
        Assert.Null(gate.TryEnter(Stay));
    }

    [Fact]
    public void TryEnter_NumberLowered_RefusesUntilEnoughHaveLeft()
    {
        AcceptGate gate = new(TimeProvider.System) { MaxConnections = 2, MaxHandshakes = 10 };
        AcceptGate.Place? first = gate.TryEnter(Stay);
        using AcceptGate.Place? second = gate.TryEnter(Stay);

        gate.MaxConnections = 1;
        first!.Dispose();

        Assert.Null(gate.TryEnter(Stay));
    }

    [Fact]
    public void Dispose_HandshakeUnderWay_FreesBothPlaces()
    {
        AcceptGate gate = new(TimeProvider.System) { MaxConnections = 1, MaxHandshakes = 1 };

        for (int i = 0; i < 3; i++)
        {
            using AcceptGate.Place? place = gate.TryEnter(Stay);
            Assert.NotNull(place);
        }
    }

    [Fact]
    public async Task TryEnter_Concurrently_NeverGoesOverTheNumberAndLeaksNone()
    {
        AcceptGate gate = new(TimeProvider.System) { MaxConnections = 3, MaxHandshakes = 2 };
        int connections = 0;
        int handshakes = 0;
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
        {
            for (int i = 0; i < 5_000; i++)
            {
                if (gate.TryEnter(Stay) is not { } place)
                {
                    continue;
                }

                Assert.InRange(Interlocked.Increment(ref connections), 1, 3);
                Assert.InRange(Interlocked.Increment(ref handshakes), 1, 2);
                Interlocked.Decrement(ref handshakes);
                place.EndHandshake();
                Interlocked.Decrement(ref connections);
                place.Dispose();
            }
        })));

        AcceptGate.Place?[] places = [gate.TryEnter(Stay), gate.TryEnter(Stay), gate.TryEnter(Stay)];
        Assert.Equal([true, true, false], places.Select(static place => place is not null));
    }

    [Fact]
    public void TryEnter_AHandshakeGivesWay_TheOldestThatDoesMakesRoom()
    {
        AcceptGate gate = new(TimeProvider.System) { MaxConnections = 10, MaxHandshakes = 3 };
        List<string> gone = [];
        AcceptGate.Place? busy = gate.TryEnter(Stay);
        AcceptGate.Place? silent = gate.TryEnter(_ => Leave("silent"));
        AcceptGate.Place? alsoSilent = gate.TryEnter(_ => Leave("also silent"));

        using AcceptGate.Place? next = gate.TryEnter(Stay);

        Assert.NotNull(next);
        Assert.Equal(["silent"], gone);
        Assert.Equal(1, gate.HandshakeRefusals);

        // Its place is free already: leaving afterwards frees none besides.
        silent!.Dispose();
        using AcceptGate.Place? afterNext = gate.TryEnter(Stay);
        Assert.Equal(["silent", "also silent"], gone);
        alsoSilent!.Dispose();
        Assert.Null(gate.TryEnter(Stay));
        Assert.Equal(0, gate.ConnectionRefusals);
        busy!.Dispose();

        bool Leave(string name)
        {
            gone.Add(name);
            return true;
        }
    }

    private static bool Stay(TimeSpan patience) => false;

    [Fact]
    public void TryEnter_ManyCome_HasLessPatience()
    {
        FakeTime time = new();
        AcceptGate gate = new(time) { MaxConnections = 10_000, MaxHandshakes = 100 };
        List<TimeSpan> patience = [];
        for (int place = 0; place < 100; place++)
        {
            gate.TryEnter(asked =>
            {
                patience.Add(asked);
                return false;
            });
        }

        Come(100);
        Assert.Equal([TimeSpan.FromSeconds(1)], patience.Distinct());
        Come(100);
        Assert.Equal(TimeSpan.FromMilliseconds(250), patience[^1]);
        Come(10_000);
        Assert.Equal(TimeSpan.FromMilliseconds(50), patience[^1]);
        time.Advance(TimeSpan.FromSeconds(1));
        Come(1);
        Assert.Equal(TimeSpan.FromMilliseconds(50), patience[^1]);
        time.Advance(TimeSpan.FromSeconds(1));
        Come(1);
        Assert.Equal(TimeSpan.FromSeconds(1), patience[^1]);

        void Come(int count)
        {
            for (int index = 0; index < count; index++)
            {
                Assert.Null(gate.TryEnter(Stay));
            }
        }
    }
}
