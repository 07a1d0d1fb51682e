using System.Diagnostics;
using Xunit.Abstractions;

namespace KestrelL4.FunctionalTests.Faults;

/// <summary>An upstream that begins well and then gives a byte now and then: its client waits for it, and nobody else does.</summary>
public sealed class TrickleTests(ITestOutputHelper output)
{
    private const int AtOnce = 1024 * 1024;
    private const int Trickled = 12;

    private static readonly TimeSpan EachByte = TimeSpan.FromMilliseconds(500);

    [Fact]
    public async Task Upstream_TricklesInTheMiddleOfATransfer_ArrivesWholeAndHoldsUpNobody()
    {
        byte[] reply = new byte[AtOnce + Trickled];
        Random.Shared.NextBytes(reply);
        await using ScriptedServer trickling = new(async (socket, cancellation) =>
        {
            await socket.SendAllAsync(reply.AsMemory(0, AtOnce), cancellation);
            using PeriodicTimer pace = new(EachByte);
            for (int sent = AtOnce; sent < reply.Length; sent++)
            {
                await pace.WaitForNextTickAsync(cancellation);
                await socket.SendAllAsync(reply.AsMemory(sent, 1), cancellation);
            }
        });
        await using EchoServer upstream = new();

        // The whole takes longer than a connection may be idle, and no byte does.
        NodeSetup setup = new NodeSetup().Application("slow", trickling.EndPoint).Application("echo", upstream.EndPoint)
            .Set("Applications:slow:Timeouts:Idle", "5s");
        TestCertificate alice = setup.Client("alice", "*");
        await using TestNode node = await setup.StartAsync();
        MetricWatch completed = await node.WatchAsync("kestrell4_connections_total", ("application", "slow"), ("reason", "completed"));
        await using TlsClient client = await node.ConnectAsync(alice, "slow");
        long began = Stopwatch.GetTimestamp();
        Task<byte[]> received = client.ReceiveToEndAsync();
        TimeSpan slowest = TimeSpan.Zero;
        int others = 0;
        while (!received.IsCompleted)
        {
            long visited = Stopwatch.GetTimestamp();
            await using TlsClient other = await node.HoldAsync(alice);
            slowest = TimeSpan.FromTicks(Math.Max(slowest.Ticks, Stopwatch.GetElapsedTime(visited).Ticks));
            others++;
        }

        Assert.Equal(reply, await received);
        await client.CompleteSendingAsync();
        await completed.RoseByAsync(1);
        output.WriteLine($"trickling: the last {Trickled} bytes took {Stopwatch.GetElapsedTime(began).TotalSeconds:0.0} s and arrived; "
            + $"{others} others came meanwhile, the slowest took {slowest.TotalMilliseconds:0} ms");
    }
}
