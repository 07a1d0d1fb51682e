using KestrelL4.Forwarding;
using KestrelL4.Sockets;
using KestrelL4.Testing.Fuzzing;

namespace KestrelL4.Tests.Forwarding;

/// <summary>What holds for every order in which two sides send, stall, end and break, in memory, where all of it is seen.</summary>
public sealed class RelayModelTests
{
    private const int Rounds = 300;
    private const int MostSteps = 12;

    private readonly Application _application = new("echo", []);

    [Fact]
    public async Task RunAsync_AnyOrder_DeliversPrefixesAndWholesWhenBothEnd()
    {
        await Fuzz.RunAsync(Rounds, PlayAsync);
        Assert.Equal(0, _application.Connections.Count);
    }

    private async Task PlayAsync(Random random)
    {
        ScriptedEnd client = new(new Random(random.Next()));
        ScriptedEnd upstream = new(new Random(random.Next()));
        using ProxiedConnection connection = _application.Open(ConnectionIds.Next(), null);
        Relay relay = new(connection, client, upstream, TimeProvider.System);
        bool isCut = random.Next(8) == 0;

        Task<CloseReason> running = relay.RunAsync(new Timeouts());
        await Task.WhenAll(
            ActAsync(client, new Random(random.Next())),
            ActAsync(upstream, new Random(random.Next())),
            isCut ? CutAsync(connection, random.Next(20)) : Task.CompletedTask);
        client.Stall(false);
        upstream.Stall(false);
        CloseReason reason = await Eventually.WithinAsync(running, $"the relay ends: client {client}; upstream {upstream}");

        string state = $"{reason}: client {client}; upstream {upstream}";
        Assert.True(client.Broken is null && upstream.Broken is null, state);
        Assert.True(upstream.Received <= client.Sent && client.Received <= upstream.Sent, $"more was delivered than sent, {state}");
        AssertBounded(client, upstream, state);
        AssertBounded(upstream, client, state);
        if (!client.HasReset && !upstream.HasReset && reason == CloseReason.Completed)
        {
            Assert.True((client.Sent, upstream.Sent) == (upstream.Received, client.Received), $"something is missing, {state}");
            Assert.True(client.IsCompleted && upstream.IsCompleted, $"ended out of order, {state}");
            Assert.True(isCut || !(client.IsAborted || upstream.IsAborted), $"cut by nobody, {state}");
            Assert.Equal((client.Sent, upstream.Sent), (connection.BytesReceived, connection.BytesSent));
        }
        else
        {
            Assert.True(isCut || client.HasReset || upstream.HasReset, $"ended by nobody, {state}");
        }

        AssertNoFalseEnd(client, upstream, state);
        AssertNoFalseEnd(upstream, client, state);
    }

    // What was read and not written is what one buffer holds, however slowly the other side takes it; what nobody takes any more may be thrown away.
    private static void AssertBounded(ScriptedEnd from, ScriptedEnd to, string state) =>
        Assert.True(to.HasReset || to.IsAborted || from.Read - to.Received <= RelayBuffers.Size, $"more than a buffer was held, {state}");

    // A side that broke before it had ended must never look like one that did.
    private static void AssertNoFalseEnd(ScriptedEnd broken, ScriptedEnd other, string state) =>
        Assert.False(broken is { HasReset: true, HasEnded: false } && other.IsCompleted, $"a reset became an end, {state}");

    private static async Task ActAsync(ScriptedEnd end, Random random)
    {
        bool mayReset = random.Next(3) == 0;
        for (int steps = random.Next(MostSteps); steps > 0; steps--)
        {
            switch (random.Next(6))
            {
                case < 3:
                    end.Send(random.Next(1, random.Next(2) == 0 ? 100 : 80_000));
                    break;
                case 3:
                    end.Stall(random.Next(2) == 0);
                    break;
                default:
                    await Task.Yield();
                    break;
            }
        }

        if (!mayReset || random.Next(2) == 0)
        {
            end.End();
            await Task.Yield();
        }

        if (mayReset)
        {
            end.Reset();
        }
    }

    private static async Task CutAsync(ProxiedConnection connection, int after)
    {
        for (; after > 0; after--)
        {
            await Task.Yield();
        }

        connection.Close(CloseReason.ClosedByOperator);
    }
}
