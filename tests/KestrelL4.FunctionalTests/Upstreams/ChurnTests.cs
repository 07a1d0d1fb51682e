using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json.Nodes;

namespace KestrelL4.FunctionalTests.Upstreams;

/// <summary>
/// Upstreams die and come back under a load of new connections: only the connections open at one that dies fail, and nothing
/// is left of any of them.
/// </summary>
public sealed class ChurnTests : IAsyncDisposable
{
    private const int Clients = 8;

    private readonly MortalUpstream[] _upstreams = [new("u1"), new("u2"), new("u3")];
    private readonly NodeSetup _setup = new();
    private readonly TestCertificate _alice;
    private readonly ConcurrentBag<Visit> _visits = [];

    public ChurnTests()
    {
        _setup.Application("echo", [.. _upstreams.Select(static upstream => upstream.EndPoint)])
            .Set("Applications:echo:RateLimit:MaxConcurrentConnections", 1000)
            .Set("RateLimit:MaxConcurrentConnections", 1000)
            .Set("Applications:echo:HealthCheck:Active:Probe", "Tcp")
            .Set("Applications:echo:HealthCheck:Active:Interval", "200ms")
            .Set("Applications:echo:HealthCheck:Active:Rise", 1)
            .Set("Applications:echo:HealthCheck:Active:Fall", 1);
        _alice = _setup.Client("alice", "echo");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (MortalUpstream upstream in _upstreams)
        {
            await upstream.DisposeAsync();
        }
    }

    [Fact]
    public async Task Kill_OneOfThreeUnderLoad_OnlyItsConnectionsFail()
    {
        await using TestNode node = await _setup.StartAsync();
        MetricWatch aborted = await node.WatchReasonAsync("upstream_aborted");
        List<TlsClient> held = [];
        for (int count = 0; count < 30; count++)
        {
            TlsClient client = await node.ConnectAsync(_alice);
            held.Add(client);
            await client.ReceiveAsync(2);
        }

        // A probe may be there as well, for a moment.
        await Eventually.UntilAsync(() => Array.TrueForAll(_upstreams, static upstream => upstream.Open == 10), "each upstream has a third");
        using CancellationTokenSource stop = new();
        Task load = LoadAsync(node, stop.Token);
        await Eventually.UntilAsync(() => _visits.Count > 100, "the load runs");

        _upstreams[1].Kill();

        int seen = _visits.Count;
        await Eventually.UntilAsync(() => _visits.Count > seen + 200, "the load goes on");
        await stop.CancelAsync();
        await load;
        int failed = 0;
        foreach (TlsClient client in held)
        {
            failed += await IsAliveAsync(client) ? 0 : 1;
            await client.DisposeAsync();
        }

        Assert.Equal(10, failed);
        AssertOnlyDeathsFailed();
        await aborted.RoseByAsync(failed + _visits.Count(static visit => visit.Failed));
    }

    [Fact]
    public async Task Churn_OneDiesEverySecond_OnlyItsConnectionsFailAndNothingIsLeft()
    {
        // Sixty seconds, as long as anybody waits for a test.
        TimeSpan duration = TimeSpan.FromSeconds(60);
        await using TestNode node = await _setup.StartAsync();
        int sockets = SocketsOf(node);
        using CancellationTokenSource stop = new();
        Task load = LoadAsync(node, stop.Token);
        using PeriodicTimer half = new(TimeSpan.FromMilliseconds(500));
        long began = Stopwatch.GetTimestamp();
        int deaths = 0;
        while (Stopwatch.GetElapsedTime(began) < duration)
        {
            int next = deaths++ % _upstreams.Length;
            await UntilOthersAreAvailableAsync(node, next);
            MortalUpstream dying = _upstreams[next];
            dying.Kill();
            await half.WaitForNextTickAsync();
            dying.Revive();
            await half.WaitForNextTickAsync();
        }

        await stop.CancelAsync();
        await load;

        AssertOnlyDeathsFailed();
        Assert.InRange(deaths, duration.TotalSeconds / 4, duration.TotalSeconds + 1);
        Assert.InRange(_visits.Count(static visit => visit.Failed), deaths / 4, _visits.Count / 4);
        foreach (MortalUpstream upstream in _upstreams)
        {
            Assert.InRange(_visits.Count(visit => visit.Upstream == upstream), 1, int.MaxValue);
        }

        await Eventually.UntilAsync(async () => await LeftAsync(node) == 0, "no connection is counted anywhere any more");
        JsonNode totals = (await node.StatusAsync())["applications"]![0]!["totals"]!;
        Assert.Equal(_visits.Count, totals.AsObject().Sum(static total => (int)total.Value!));
        Assert.Equal(_visits.Count(static visit => visit.Failed), (int)totals["upstream_aborted"]!);
        Assert.Equal(_visits.Count(static visit => !visit.Failed), (int)totals["completed"]!);
        await Eventually.UntilAsync(() => SocketsOf(node) <= sockets + 2, "the node has closed every socket");
    }

    private static int SocketsOf(TestNode node) => Directory.GetFiles($"/proc/{node.Process.Id}/fd")
        .Count(static descriptor => new FileInfo(descriptor).LinkTarget?.StartsWith("socket:", StringComparison.Ordinal) == true);

    private static Task UntilOthersAreAvailableAsync(TestNode node, int dying) => Eventually.UntilAsync(
        async () => (await node.StatusAsync())["applications"]![0]!["upstreams"]!.AsArray()
            .All(upstream => (string?)upstream!["name"] == $"u{dying + 1}" || (string?)upstream["status"] == "available"),
        "the others are available again");

    private static async Task<double> LeftAsync(TestNode node)
    {
        MetricSamples samples = await node.MetricsAsync();
        JsonNode status = await node.StatusAsync();
        return samples.Sum("kestrell4_connections_active") + samples.Sum("kestrell4_upstream_connections_active")
            + status["limits"]!.AsArray().Sum(static limit => (int)limit!["connections"]!);
    }

    private static async Task<bool> IsAliveAsync(TlsClient client)
    {
        try
        {
            return await client.EchoAsync([7]) is [7];
        }
        catch (IOException)
        {
            return false;
        }
    }

    private void AssertOnlyDeathsFailed()
    {
        Visit[] unexplained = [.. _visits.Where(visit => visit.Failed && !DiedDuring(visit))];
        Assert.True(unexplained.Length == 0, $"Of {_visits.Count}, these failed though nobody died:\n{string.Join('\n', unexplained.AsEnumerable())}");

        // One that failed before its upstream told its name may have been at any of them.
        bool DiedDuring(Visit visit) => (visit.Upstream is { } upstream ? [upstream] : _upstreams)
            .Any(each => each.DiedWithin(visit.Began, visit.Ended));
    }

    private Task LoadAsync(TestNode node, CancellationToken stop) => Task.WhenAll(Enumerable.Range(0, Clients).Select(async _ =>
    {
        using PeriodicTimer pace = new(TimeSpan.FromMilliseconds(80));
        while (!stop.IsCancellationRequested)
        {
            _visits.Add(await VisitAsync(node));
            await pace.WaitForNextTickAsync(CancellationToken.None);
        }
    }));

    private async Task<Visit> VisitAsync(TestNode node)
    {
        long began = Stopwatch.GetTimestamp();
        MortalUpstream? upstream = null;
        Exception? failure = null;
        await using TlsClient client = await node.ConnectAsync(_alice);
        try
        {
            byte[] name = await client.ReceiveAsync(2);
            upstream = _upstreams[name[1] - (byte)'1'];
            byte[] message = new byte[1000];
            for (int exchange = Random.Shared.Next(1, 60); exchange > 0; exchange--)
            {
                Random.Shared.NextBytes(message);
                Assert.Equal(message, await client.EchoAsync(message));
            }

            await client.CompleteSendingAsync();
            TlsEnd end = await client.ObserveEndAsync();
            failure = end == TlsEnd.CloseNotifyThenFin ? null : new IOException($"ended by {end}");
        }
        catch (IOException exception)
        {
            failure = exception;
        }

        return new Visit(began, Stopwatch.GetTimestamp(), upstream, failure);
    }

    private sealed record Visit(long Began, long Ended, MortalUpstream? Upstream, Exception? Failure)
    {
        public bool Failed => Failure is not null;
    }
}
