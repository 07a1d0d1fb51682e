using System.Diagnostics.Metrics;
using System.Net;
using KestrelL4.Accounting;
using KestrelL4.Forwarding;
using KestrelL4.Server.Configuration;
using KestrelL4.Server.Listeners;
using KestrelL4.Server.Sources;
using KestrelL4.Server.Tests.Transport;
using KestrelL4.Server.YarpBinding;
using KestrelL4.Testing;
using KestrelL4.Upstreams;
using Microsoft.Extensions.Logging.Abstractions;

namespace KestrelL4.Server.Tests.YarpBinding;

/// <summary>Applications whose upstreams are checked under a clock in the test's hands, over real sockets.</summary>
internal sealed class CheckedScene : IAsyncDisposable
{
    // Real time passes while a probe is under way, and must not be mistaken for the upstream's silence.
    public static readonly ActiveCheckConfiguration TcpProbe = new() { Probe = ProbeKind.Tcp, Timeout = TimeSpan.FromHours(1) };

    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(100);

    private readonly Meter _meter = new("test");
    private readonly ConnectionAccounting _accounting;
    private int _changes;

    public CheckedScene()
    {
        _accounting = new ConnectionAccounting(_meter, NullLogger.Instance, Time);
        Checks = new UpstreamHealthChecks(Served, () => Interlocked.Increment(ref _changes), NullLoggerFactory.Instance, Time);
    }

    public FakeTime Time { get; } = new();

    public ServedApplications Served { get; } = new();

    public UpstreamHealthChecks Checks { get; }

    /// <summary>How often a change was told.</summary>
    public int Changes => Volatile.Read(ref _changes);

    /// <summary>Serves an application with upstreams <c>u1</c>, <c>u2</c> and so on.</summary>
    public ServedApplication Serve(string name, HealthCheckConfiguration check, params EndPoint[] upstreams)
    {
        ServedApplication served = new(name, Configuration(check, upstreams), new ListenerParts(null!, null!, NullLoggerFactory.Instance, _accounting, Time));
        Served.All = [.. Served.All, served];
        Change(served, check, upstreams);
        return served;
    }

    /// <summary>Changes an application as a reload does.</summary>
    public void Change(ServedApplication served, HealthCheckConfiguration check, params EndPoint[] upstreams)
    {
        NodeFiles noFiles = new(null!, null!, [], SendsTickets: false);
        served.Use(Configuration(check, upstreams), noFiles, static _ => null);
        Checks.Follow();
    }

    /// <summary>Lets a client come and be forwarded to its end.</summary>
    public static async Task<CloseReason> ConnectAsync(ServedApplication served)
    {
        using SocketPair pair = await SocketPair.CreateAsync();
        Task<CloseReason> ended = served.Application.SubmitAsync(new SocketRelayEnd(pair.Node));
        pair.Peer.Shutdown(System.Net.Sockets.SocketShutdown.Send);
        return await Eventually.WithinAsync(ended, "the connection ends");
    }

    /// <summary>Lets virtual time pass until something holds.</summary>
    public Task PassUntilAsync(Func<bool> condition, string message) => Eventually.UntilAsync(
        () =>
        {
            Time.Advance(Step);
            return condition();
        },
        message);

    /// <summary>Lets virtual time pass until an upstream is so.</summary>
    public Task PassUntilAsync(Upstream upstream, UpstreamHealth health) =>
        PassUntilAsync(() => upstream.Health == health, $"{upstream.Name} becomes {health}");

    public async ValueTask DisposeAsync()
    {
        await Checks.DisposeAsync();
        foreach (ServedApplication served in Served.All)
        {
            await served.DisposeAsync();
        }

        _accounting.Dispose();
        _meter.Dispose();
    }

    private static ApplicationConfiguration Configuration(HealthCheckConfiguration check, EndPoint[] upstreams) => new()
    {
        Listen = new AdminConfiguration().Listen,
        Upstreams = upstreams.Select(static (address, index) => (Name: $"u{index + 1}", address))
            .ToDictionary(static each => each.Name, static each => new UpstreamConfiguration { Address = each.address }),
        HealthCheck = check,
    };
}
