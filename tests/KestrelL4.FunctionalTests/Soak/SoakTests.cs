using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using KestrelL4.FunctionalTests.Upstreams;
using Xunit.Abstractions;

namespace KestrelL4.FunctionalTests.Soak;

/// <summary>
/// Everything at once, for long: clients that come and go, large transfers, idle connections, reloads, new certificates, revocations
/// and upstreams that die. Each client's end has a cause that the script made, and the node holds no more at the end than at the start.
/// </summary>
/// <remarks><c>KESTRELL4_SOAK=01:00:00</c> says for how long; by default it lasts twenty seconds.</remarks>
public sealed class SoakTests(ITestOutputHelper output) : IAsyncLifetime
{
    private const int Comers = 4;
    private const int Carriers = 2;
    private const int Idlers = 20;
    private const int BulkBytes = 2 * 1024 * 1024;
    private const int MoreDescriptors = 12;
    private const int MoreThreads = 24;
    private const long MoreMemory = 96 * 1024;
    private const long MoreMemoryInTheSecondHalf = 64 * 1024;

    private static readonly TimeSpan Duration = Environment.GetEnvironmentVariable("KESTRELL4_SOAK") is { Length: > 0 } text
        ? TimeSpan.Parse(text, CultureInfo.InvariantCulture)
        : TimeSpan.FromSeconds(20);

    private readonly MortalUpstream[] _upstreams = [new("u1"), new("u2"), new("u3")];
    private readonly NodeSetup _setup = new();
    private readonly CancellationTokenSource _ends = new();
    private SoakLedger _ledger = null!;
    private TestCertificate _alice = null!;
    private TestNode _node = null!;

    public async Task InitializeAsync()
    {
        _setup.Application("echo", [.. _upstreams.Select(static upstream => upstream.EndPoint)])
            .Set("RateLimit:MaxConcurrentConnections", 10_000)
            .Set("Applications:echo:RateLimit:MaxConcurrentConnections", 10_000)
            .Set("Applications:echo:ClientRateLimit:MaxConcurrentConnections", 10_000)
            .Set("Applications:echo:HealthCheck:Active:Probe", "Tcp")
            .Set("Applications:echo:HealthCheck:Active:Interval", "200ms")
            .Set("Applications:echo:HealthCheck:Active:Rise", 1)
            .Set("Applications:echo:HealthCheck:Active:Fall", 1)
            .Set("ClientAuthorities:main:RevocationList", _setup.Directory["clients.crl"]);
        await File.WriteAllBytesAsync(_setup.Directory["clients.crl"], _setup.Authority.RevocationList(1).Der);
        _alice = _setup.Client("alice", "echo");
        _ledger = new SoakLedger(_upstreams);
        _node = await _setup.StartAsync();
    }

    public async Task DisposeAsync()
    {
        await _node.DisposeAsync();
        foreach (MortalUpstream upstream in _upstreams)
        {
            await upstream.DisposeAsync();
        }

        _ends.Dispose();
    }

    [Fact]
    public async Task Soak_EverythingTogether_EveryEndHasItsCauseAndNothingIsLeft()
    {
        SoakOperator changes = new(_node, _setup, _ledger);
        Task work = Task.WhenAll(
            [
                .. Enumerable.Range(0, Comers).Select(_ => RepeatAsync(ComeAndGoAsync)),
                .. Enumerable.Range(0, Carriers).Select(_ => RepeatAsync(CarryAsync)),
                .. Enumerable.Range(0, Idlers).Select(_ => RepeatAsync(StandIdleAsync)),
            ]);
        NodeVitals start = await SettledAsync(changes);
        output.WriteLine($"start:  {start}");
        long began = Stopwatch.GetTimestamp();
        int deaths = 0;
        NodeVitals? middle = null;
        while (Stopwatch.GetElapsedTime(began) < Duration)
        {
            MortalUpstream dying = _upstreams[deaths++ % _upstreams.Length];
            await UntilAllAreAvailableAsync();
            dying.Kill();
            await Eventually.UntilAsync(async () => await AvailableAsync() == _upstreams.Length - 1, "the node has seen the death");
            dying.Revive();
            await UntilAllAreAvailableAsync();
            await changes.TurnAsync(_alice);
            if (middle is null && Stopwatch.GetElapsedTime(began) >= Duration / 2)
            {
                middle = await NodeVitals.OfAsync(_node);
                output.WriteLine($"middle: {middle}");
            }
        }

        await _ends.CancelAsync();
        await work;
        output.WriteLine(
            $"{Stopwatch.GetElapsedTime(began):c}: {deaths} deaths; {changes.Turns} turns of a reload, two revoked connections and a new certificate each; "
            + $"{_ledger.Completed} connections completed, {_ledger.Broken} broke with their upstream, {_ledger.Revoked} were revoked, {_ledger.Unexplained.Count} unexplained");

        Assert.Empty(_ledger.Unexplained);
        await Eventually.UntilAsync(async () => (await NodeVitals.OfAsync(_node)) is { Live: 0, AtUpstreams: 0, Permits: 0 }, "nothing is counted anywhere any more");
        JsonObject totals = (await _node.StatusAsync())["applications"]![0]!["totals"]!.AsObject();
        string told = totals.ToJsonString();
        Assert.True(_ledger.All == totals.Sum(static total => (int)total.Value!), $"{_ledger.All} connections, and the node counts {told}");
        Assert.True(_ledger.Completed == (int)totals["completed"]! && _ledger.Revoked == (int)totals["revoked"]!, $"the node counts {told}");
        Assert.DoesNotContain("internal_error", _node.Process.Output, StringComparison.Ordinal);
        NodeVitals? end = null;
        await Eventually.UntilAsync(
            async () => (end = await NodeVitals.OfAsync(_node)).Descriptors <= start.Descriptors - start.Live - start.AtUpstreams + MoreDescriptors && end.Threads <= start.Threads + MoreThreads,
            "the node has let go of what it held");
        output.WriteLine($"end:    {end}");
        Assert.True(
            end!.Resident <= start.Resident + MoreMemory && end.Resident <= middle!.Resident + MoreMemoryInTheSecondHalf,
            $"memory grew: {start}; {middle}; {end}");
    }

    // One turn of everything first, for the runtime loads and compiles with the first of each.
    private async Task<NodeVitals> SettledAsync(SoakOperator changes)
    {
        await changes.TurnAsync(_alice);
        await Eventually.UntilAsync(() => _ledger.Completed > 20 * Comers, "the load runs");
        return await NodeVitals.OfAsync(_node);
    }

    private async Task RepeatAsync(Func<Task> visit)
    {
        await Task.Yield();
        while (!_ends.IsCancellationRequested)
        {
            await visit();
        }
    }

    private async Task ComeAndGoAsync()
    {
        using PeriodicTimer pace = new(TimeSpan.FromMilliseconds(40));
        await _ledger.VisitAsync("coming and going", () => _node.ConnectAsync(_alice), static async client =>
        {
            byte[] message = new byte[1000];
            for (int exchange = Random.Shared.Next(1, 20); exchange > 0; exchange--)
            {
                Random.Shared.NextBytes(message);
                Assert.Equal(message, await client.EchoAsync(message));
            }
        });
        await pace.WaitForNextTickAsync(CancellationToken.None);
    }

    private async Task CarryAsync()
    {
        using PeriodicTimer pace = new(TimeSpan.FromMilliseconds(200));
        await _ledger.VisitAsync("carrying much", () => _node.ConnectAsync(_alice), static async client =>
        {
            byte[] bytes = new byte[BulkBytes];
            Random.Shared.NextBytes(bytes);
            byte[] echo = await client.EchoAsync(bytes);
            Assert.True(echo.AsSpan().SequenceEqual(bytes), "the bytes that came back are others");
        });
        await pace.WaitForNextTickAsync(CancellationToken.None);
    }

    // It stays until the end, unless its upstream dies; then another takes its place.
    private Task StandIdleAsync() => _ledger.VisitAsync("standing idle", () => _node.ConnectAsync(_alice), async client =>
    {
        Task<int> silence = client.Stream.ReadAsync(new byte[1]).AsTask();
        Task ended = await Task.WhenAny(silence, Task.Delay(Timeout.InfiniteTimeSpan, _ends.Token));
        if (ended == silence)
        {
            throw new IOException($"read {await silence} bytes where nothing was asked for");
        }

        await client.SendAsync(new byte[1]);
        Assert.Equal(1, await silence);
    });

    private async Task<int> AvailableAsync() => (await _node.StatusAsync())["applications"]![0]!["upstreams"]!.AsArray()
        .Count(static upstream => (string?)upstream!["status"] == "available");

    private Task UntilAllAreAvailableAsync() => Eventually.UntilAsync(async () => await AvailableAsync() == _upstreams.Length, "all upstreams are available");
}
