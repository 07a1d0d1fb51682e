using KestrelL4.Server.Listeners;

namespace KestrelL4.Server.Tests.Listeners;

public sealed class AcceptGateTests
{
    [Fact]
    public void TryEnter_AsManyConnectionsAsMayBe_RefusesUntilOneLeaves()
    {
        AcceptGate gate = new() { MaxConnections = 2, MaxHandshakes = 10 };
        using AcceptGate.Place? first = gate.TryEnter();
        AcceptGate.Place? second = gate.TryEnter();
        second!.EndHandshake();

        Assert.Null(gate.TryEnter());
        second.Dispose();
        using AcceptGate.Place? third = gate.TryEnter();
        Assert.NotNull(third);
    }

    [Fact]
    public void TryEnter_AsManyHandshakesAsMayBe_RefusesUntilOneIsThrough()
    {
        AcceptGate gate = new() { MaxConnections = 10, MaxHandshakes = 1 };
        using AcceptGate.Place? first = gate.TryEnter();
        Assert.Null(gate.TryEnter());

        first!.EndHandshake();
        first.EndHandshake();

        using AcceptGate.Place? second = gate.TryEnter();
        Assert.NotNull(second);
        Assert.Null(gate.TryEnter());
    }

    [Fact]
    public void TryEnter_NumberLowered_RefusesUntilEnoughHaveLeft()
    {
        AcceptGate gate = new() { MaxConnections = 2, MaxHandshakes = 10 };
        AcceptGate.Place? first = gate.TryEnter();
        using AcceptGate.Place? second = gate.TryEnter();

        gate.MaxConnections = 1;
        first!.Dispose();

        Assert.Null(gate.TryEnter());
    }

    [Fact]
    public void Dispose_HandshakeUnderWay_FreesBothPlaces()
    {
        AcceptGate gate = new() { MaxConnections = 1, MaxHandshakes = 1 };

        for (int i = 0; i < 3; i++)
        {
            using AcceptGate.Place? place = gate.TryEnter();
            Assert.NotNull(place);
        }
    }

    [Fact]
    public async Task TryEnter_Concurrently_NeverGoesOverTheNumberAndLeaksNone()
    {
        AcceptGate gate = new() { MaxConnections = 3, MaxHandshakes = 2 };
        int connections = 0;
        int handshakes = 0;
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
        {
            for (int i = 0; i < 5_000; i++)
            {
                if (gate.TryEnter() is not { } place)
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

        AcceptGate.Place?[] places = [gate.TryEnter(), gate.TryEnter(), gate.TryEnter()];
        Assert.Equal([true, true, false], places.Select(static place => place is not null));
    }
}
