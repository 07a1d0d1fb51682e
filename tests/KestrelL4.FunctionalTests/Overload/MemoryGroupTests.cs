using System.Collections.Concurrent;
using KestrelL4.FunctionalTests.Agent;
using Xunit.Abstractions;

namespace KestrelL4.FunctionalTests.Overload;

/// <summary>A node in a control group with a limit, as every container has one, keeps below it and is not killed.</summary>
public sealed class MemoryGroupTests(ITestOutputHelper output)
{
    private const int Most = 40_000;
    private const long Room = 30_000_000;

    [RequiresMemoryGroupFact]
    public async Task Group_FilledByConnections_ClientsWaitAndNobodyIsKilled()
    {
        await using MemoryGroup group = new() { Limit = 66_000_000 };
        await FillAsync(group, static _ => Task.CompletedTask);
    }

    // A pod that is resized, or systemctl set-property.
    [RequiresMemoryGroupFact]
    public async Task Group_LoweredUnderARunningNode_ClientsWaitAndNobodyIsKilled()
    {
        await using MemoryGroup group = new() { Limit = 1_000_000_000 };
        await FillAsync(group, async node =>
        {
            group.Limit = group.Usage + Room;
            await Eventually.UntilAsync(async () => (await ReadAsync(node)).Limit == group.Limit, "the node knows what its group may use");
        });
    }

    private static async Task<(long Used, long Limit)> ReadAsync(TestNode node)
    {
        MetricSamples samples = await node.MetricsAsync();
        return ((long)samples.Sum("kestrell4_memory_used_bytes"), (long)samples.Sum("kestrell4_memory_limit_bytes"));
    }

    private static async Task<string> TellAsync(TestNode node, MemoryGroup group)
    {
        (long used, long limit) = await ReadAsync(node);
        return $"the node uses {used / 1e6:0} of {limit / 1e6:0} MB, its group {group.Usage / 1e6:0}";
    }

    private async Task FillAsync(MemoryGroup group, Func<TestNode, Task> prepareAsync)
    {
        await using EchoServer upstream = new();
        NodeSetup setup = new NodeSetup().Application("echo", upstream.EndPoint);
        TestCertificate alice = setup.Client("alice", "*");
        await using TestNode node = await setup.StartAsync(new NodeLaunch { MemoryGroup = group });
        await using TlsClient first = await node.HoldAsync(alice);
        await prepareAsync(node);
        output.WriteLine($"begin: {await TellAsync(node, group)}");

        ConcurrentBag<TlsClient> clients = [];
        using CancellationTokenSource full = new();
        Task crowd = Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            while (!full.IsCancellationRequested && clients.Count < Most)
            {
                clients.Add(await node.HoldAsync(alice));
            }
        }));
        await node.UntilAsync("capacity", "degraded", TimeSpan.FromSeconds(120));
        await full.CancelAsync();
        output.WriteLine($"full with {clients.Count} connections: {await TellAsync(node, group)}");

        Assert.Equal(0, group.Kills);
        Assert.Equal([1], await first.EchoAsync([1]));
        group.Limit = group.Limit * 2;
        await crowd;
        await node.UntilAsync("capacity", "healthy");
        foreach (TlsClient client in clients)
        {
            await client.DisposeAsync();
        }
    }
}
