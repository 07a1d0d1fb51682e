using System.Diagnostics.Metrics;
using KestrelL4.Accounting;
using KestrelL4.RateLimiting;
using KestrelL4.Registry;
using KestrelL4.Server.Admin;
using KestrelL4.Server.Configuration;
using KestrelL4.Server.Listeners;
using KestrelL4.Server.Runtime;
using KestrelL4.Server.Sources;
using KestrelL4.Server.Telemetry;
using KestrelL4.Server.Transport;
using KestrelL4.Tls;
using KestrelL4.Upstreams;
using Microsoft.Extensions.Logging;

namespace KestrelL4.Server;

/// <summary>One node: builds everything in order, binds, serves, drains.</summary>
internal sealed partial class Node : IAsyncDisposable
{
    private static readonly TimeSpan CutPatience = TimeSpan.FromSeconds(5);

    private readonly NodeConfiguration _configuration;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Meter _meter = new("KestrelL4");
    private readonly ConnectionAccounting _accounting;
    private readonly PrometheusExposition _exposition;
    private readonly NodeHealth _health;
    private readonly NodeIdentity _identity;
    private readonly AdminHost _admin;
    private readonly List<(Application Application, ApplicationListener Listener)> _applications = [];

    /// <summary>Builds a node; nothing is bound yet.</summary>
    /// <param name="configuration">What the operator wrote.</param>
    /// <param name="files">What its files hold.</param>
    /// <param name="configurationHash">Tells this configuration from another.</param>
    /// <param name="logging">Where it logs.</param>
    /// <param name="time">Its clock.</param>
    public Node(NodeConfiguration configuration, NodeFiles files, string configurationHash, NodeLogging logging, TimeProvider time)
    {
        ILoggerFactory loggers = logging.Factory;
        _configuration = configuration;
        _time = time;
        _identity = files.Identity;
        _logger = loggers.CreateLogger<Node>();
        _accounting = new ConnectionAccounting(_meter, loggers.CreateLogger("KestrelL4.Connections"), time);
        _health = new NodeHealth(time, loggers.CreateLogger<NodeHealth>());
        ClientRegistry registry = new(RegistryFile.Snapshot(configuration, revision: 1));
        NodeInstruments.AddTo(_meter, _health, registry, () => _identity.NotAfter, () => logging.DroppedLines);
        _exposition = new PrometheusExposition(_meter, loggers.CreateLogger<PrometheusExposition>());

        NodeReport report = new(registry, _identity, configurationHash, _health, time);
        _admin = AdminHost.Create(
            configuration.Admin, new AdminEndpoint(_health, () => report.Of(_applications), _exposition), loggers);

        ClientCertificateValidation validation = new(files.ClientAuthorities, time);
        ClientLimits clientLimits = new(configuration.RateLimit, time);
        SourceLimits sourceLimits = new(configuration.SourceRateLimit, time);
        AcceptGate gate = new(configuration.Accept.MaxConnections, configuration.Accept.MaxConcurrentHandshakes);
        SocketTransportFactory transport = new(loggers, time);
        foreach ((string name, ApplicationConfiguration settings) in configuration.Applications.OrderBy(static entry => entry.Key, StringComparer.Ordinal))
        {
            Application application = new(name, UpstreamsOf(settings), SettingsOf(settings), _accounting, time);
            ClientHandshake handshake = new(_identity, validation, settings.HandshakeTimeout);
            ApplicationConnectionHandler handler = new(application, registry, clientLimits);
            ConnectionPipeline pipeline = new(application, gate, sourceLimits, handshake, handler);
            _applications.Add((application, new ApplicationListener(settings.Listen, pipeline, _admin.Services, transport, loggers)));
        }
    }

    /// <summary>The address of the admin endpoint, such as <c>http://127.0.0.1:9780</c>. Only after the start.</summary>
    public string AdminAddress => _admin.Address;

    /// <summary>The bound address of each application by name. Only after the start.</summary>
    public IReadOnlyDictionary<string, string> Addresses =>
        _applications.ToDictionary(static entry => entry.Application.Name, static entry => entry.Listener.Address);

    /// <summary>Binds every address and serves.</summary>
    /// <exception cref="BindException">An address cannot be bound.</exception>
    public async Task StartAsync(CancellationToken cancellation)
    {
        await _admin.StartAsync(cancellation).ConfigureAwait(false);
        AdminListens(_logger, _admin.Address);
        foreach ((Application application, ApplicationListener listener) in _applications)
        {
            await listener.StartAsync(cancellation).ConfigureAwait(false);
            _health.Application(application.Name).Healthy();
            ApplicationListens(_logger, application.Name, listener.Address, application.Upstreams.Count);
        }

        if (await SessionTickets.AreSentAsync(_identity, cancellation).ConfigureAwait(false))
        {
            SendsTickets(_logger);
        }

        _health.Identity.Healthy();
        _health.Registry.Healthy();
        _health.CompleteStart();
        Ready(_logger, NodeVersion.Text);
    }

    /// <summary>Says that the node is not ready, waits, closes the ports and lets the open connections end.</summary>
    /// <param name="cut">Ends all patience.</param>
    /// <returns>How many connections had to be cut.</returns>
    public async Task<int> DrainAsync(CancellationToken cut)
    {
        _health.BeginDrain();
        Draining(_logger, _configuration.Drain.Delay, _configuration.Drain.Timeout);
        await Task.Delay(TimerBounds.Bound(_configuration.Drain.Delay), _time, cut).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        // Closes the ports at once; the connections are ours to end, with the reason in their lines.
        using CancellationTokenSource abandon = new();
        Task[] stopping = [.. _applications.Select(entry => entry.Listener.StopAsync(abandon.Token))];
        int[] left = await Task.WhenAll(_applications.Select(
            entry => entry.Application.Connections.DrainAsync(_configuration.Drain.Timeout, CloseReason.NodeStopped, _time, cut)))
            .ConfigureAwait(false);
        abandon.CancelAfter(CutPatience);
        await Task.WhenAll(stopping).ConfigureAwait(false);
        Stopped(_logger, left.Sum());
        return left.Sum();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach ((_, ApplicationListener listener) in _applications)
        {
            await listener.DisposeAsync().ConfigureAwait(false);
        }

        await _admin.DisposeAsync().ConfigureAwait(false);
        _exposition.Dispose();
        _accounting.Dispose();
        _meter.Dispose();
    }

    private static List<Upstream> UpstreamsOf(ApplicationConfiguration settings) =>
    [
        .. from entry in settings.Upstreams
           orderby entry.Key
           select new Upstream(entry.Key, entry.Value.Address)
           {
               Weight = entry.Value.Weight,
               MaxConnections = entry.Value.MaxConnections,
               IsBackup = entry.Value.Backup,
           },
    ];

    private static ApplicationSettings SettingsOf(ApplicationConfiguration settings) => new()
    {
        Timeouts = settings.Timeouts,
        RateLimit = settings.RateLimit,
        ClientRateLimit = settings.ClientRateLimit,
    };

    [LoggerMessage(1, LogLevel.Information, "Admin endpoint on {Address}")]
    private static partial void AdminListens(ILogger logger, string address);

    [LoggerMessage(2, LogLevel.Information, "Application {Application} listens on {Address}, upstreams: {Upstreams}")]
    private static partial void ApplicationListens(ILogger logger, string application, string address, int upstreams);

    [LoggerMessage(3, LogLevel.Warning,
        "This process sends TLS session tickets, so handshakes cost more: OpenSSL ignores our settings, as it does for a program with file capabilities")]
    private static partial void SendsTickets(ILogger logger);

    [LoggerMessage(4, LogLevel.Information, "KestrelL4 {Version} is ready")]
    private static partial void Ready(ILogger logger, string version);

    [LoggerMessage(5, LogLevel.Information, "Draining: ports close after {Delay}, connections may take {Timeout}")]
    private static partial void Draining(ILogger logger, TimeSpan delay, TimeSpan timeout);

    [LoggerMessage(6, LogLevel.Information, "Stopped; connections cut: {Cut}")]
    private static partial void Stopped(ILogger logger, int cut);
}
