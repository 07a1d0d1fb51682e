using System.Diagnostics;
using System.Security.Authentication;
using Xunit.Abstractions;

namespace KestrelL4.FunctionalTests.Faults;

/// <summary>A real upstream is killed, or stands still: those that are at it are lost, nobody else, and it is used again when it is back.</summary>
public sealed class UpstreamFaultTests(ITestOutputHelper output) : IAsyncLifetime
{
    private const int Held = 10;

    private readonly NodeSetup _setup = new();
    private WebUpstream _failing = null!;
    private WebUpstream _other = null!;
    private TestCertificate _alice = null!;
    private TestNode _node = null!;

    public async Task InitializeAsync()
    {
        _failing = await WebUpstream.StartAsync("u1");
        _other = await WebUpstream.StartAsync("u2");
        _setup.Application("web", _failing.EndPoint, _other.EndPoint)
            .Set("Applications:web:HealthCheck:CloseOnDown", true)
            .Set("Applications:web:HealthCheck:Active:Probe", "Http")
            .Set("Applications:web:HealthCheck:Active:Path", "/")
            .Set("Applications:web:HealthCheck:Active:Interval", "200ms")
            .Set("Applications:web:HealthCheck:Active:Timeout", "1s")
            .Set("Applications:web:HealthCheck:Active:Rise", 1)
            .Set("Applications:web:HealthCheck:Active:Fall", 1);
        _alice = _setup.Client("alice", "web");
        _node = await _setup.StartAsync();
    }

    public async Task DisposeAsync()
    {
        await _node.DisposeAsync();
        await _failing.DisposeAsync();
        await _other.DisposeAsync();
    }

    [RequiresToolFact("nginx")]
    public async Task Killed_ThenStartedAgain_LosesItsOwnConnectionsAlone()
    {
        (List<TlsClient> at, List<TlsClient> elsewhere) = await HoldAsync();
        _failing.Program.Kill();

        await ServedElsewhereAsync(20);

        // The system ends the connections of a process that had read all it was sent, and not by a reset.
        Assert.All(await EndsAsync(at), static end => Assert.Equal(TlsEnd.CloseNotifyThenFin, end));
        await GoOnAsync(elsewhere);

        await _failing.StartAsync();
        output.WriteLine($"killed: {Held / 2} of {Held} connections lost, none of 20 that came meanwhile; used again "
            + $"{(await UntilUsedAsync()).TotalMilliseconds:0} ms after it was back");
    }

    [RequiresToolFact("nginx")]
    public async Task Stopped_ThenResumed_LosesItsOwnConnectionsAlone()
    {
        (List<TlsClient> at, List<TlsClient> elsewhere) = await HoldAsync();
        MetricWatch down = await _node.WatchReasonAsync("upstream_down");
        long stopped = Stopwatch.GetTimestamp();

        _failing.Program.Suspend();

        Assert.All(await EndsAsync(at), static end => Assert.Equal(TlsEnd.Reset, end));
        TimeSpan told = Stopwatch.GetElapsedTime(stopped);
        await ServedElsewhereAsync(20);
        await down.RoseByAsync(Held / 2);
        await GoOnAsync(elsewhere);

        _failing.Program.Resume();
        output.WriteLine($"stopped: {Held / 2} of {Held} connections lost, {told.TotalMilliseconds:0} ms after it stood still, none of 20 that came then; "
            + $"used again {(await UntilUsedAsync()).TotalMilliseconds:0} ms after it went on");
    }

    private static async Task<TlsEnd[]> EndsAsync(List<TlsClient> clients)
    {
        List<TlsEnd> ends = [];
        foreach (TlsClient client in clients)
        {
            ends.Add(await client.ObserveEndAsync());
            await client.DisposeAsync();
        }

        return [.. ends];
    }

    private async Task<(List<TlsClient> AtTheFailing, List<TlsClient> Elsewhere)> HoldAsync()
    {
        List<TlsClient> at = [];
        List<TlsClient> elsewhere = [];
        for (int index = 0; index < Held; index++)
        {
            TlsClient client = await _node.ConnectAsync(_alice, "web");
            (await WebUpstream.AskAsync(client) == _failing.Name ? at : elsewhere).Add(client);
        }

        Assert.Equal((Held / 2, Held / 2), (at.Count, elsewhere.Count));
        return (at, elsewhere);
    }

    private async Task ServedElsewhereAsync(int count)
    {
        for (int index = 0; index < count; index++)
        {
            await using TlsClient client = await _node.ConnectAsync(_alice, "web");
            Assert.Equal(_other.Name, await WebUpstream.AskAsync(client));
        }
    }

    private async Task GoOnAsync(List<TlsClient> clients)
    {
        foreach (TlsClient client in clients)
        {
            Assert.Equal(_other.Name, await WebUpstream.AskAsync(client));
            await client.DisposeAsync();
        }
    }

    private async Task<TimeSpan> UntilUsedAsync()
    {
        long back = Stopwatch.GetTimestamp();
        await Eventually.UntilAsync(
            async () =>
            {
                try
                {
                    await using TlsClient client = await _node.ConnectAsync(_alice, "web");
                    return await WebUpstream.AskAsync(client) == _failing.Name;
                }
                catch (Exception exception) when (exception is IOException or AuthenticationException)
                {
                    return false;
                }
            },
            "the upstream is used again");
        return Stopwatch.GetElapsedTime(back);
    }
}
