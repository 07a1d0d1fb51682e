using System.Diagnostics.Metrics;
using KestrelL4.Accounting;
using KestrelL4.Forwarding;
using KestrelL4.RateLimiting;
using KestrelL4.Registry;
using KestrelL4.Server.Admin;
using KestrelL4.Server.Admin.Page;
using KestrelL4.Server.Admin.Routes;
using KestrelL4.Server.Agent;
using KestrelL4.Server.Configuration;
using KestrelL4.Server.Discovery;
using KestrelL4.Server.Draining;
using KestrelL4.Server.Explaining;
using KestrelL4.Server.Health;
using KestrelL4.Server.Listeners;
using KestrelL4.Server.Overload;
using KestrelL4.Server.Permits;
using KestrelL4.Server.Ports;
using KestrelL4.Server.Reload;
using KestrelL4.Server.Supervision;
using KestrelL4.Server.Telemetry;
using KestrelL4.Server.YarpBinding;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace KestrelL4.Server;

/// <summary>One node: builds everything in order, binds, serves, changes while it runs, drains.</summary>
internal sealed partial class Node : IAsyncDisposable
{
    /// <summary>The name of its meter.</summary>
    public const string MeterName = "KestrelL4";

    private readonly ILogger _logger;
    private readonly Meter _meter = new(MeterName);
    private readonly ConnectionAccounting _accounting;
    private readonly PrometheusExposition _exposition;
    private readonly ServiceProvider _services;
    private readonly NodeHealth _health;
    private readonly NodeModel _model;
    private readonly ServedApplications _served = new();
    private readonly TrafficHistory _history;
    private readonly AdminListener _admin;
    private readonly AdminSocketListener _adminSocket;
    private readonly NodeListening _listening;
    private readonly Agent.Agent? _agent;
    private readonly AccessInForce _access;
    private readonly AccessPorts _ports;
    private readonly ComponentReport _components;
    private readonly AgentUptake _uptake;
    private readonly Drains _drains;
    private readonly NodeDrain _drain;
    private readonly UpstreamHealthChecks _checks;
    private readonly PermitKeeper _permits;
    private readonly NameDiscovery _discovery;
    private readonly Installer _installer;
    private readonly Reloader _reloader;
    private readonly SourceWatch _watch;
    private readonly ServiceLink _service;
    private readonly NodeReloads _reloads;
    private readonly NodeStartReport _startReport;
    private readonly OverloadWatch _overload;

    /// <summary>Builds a node; nothing is bound yet.</summary>
    /// <param name="sources">Where its configuration is.</param>
    /// <param name="model">The configuration that it begins with.</param>
    /// <param name="agent">Its side of the authority, which goes on when the node ends; null = there is no authority.</param>
    /// <param name="host">What the process gives it.</param>
    public Node(ConfigurationSources sources, NodeModel model, Agent.Agent? agent, NodeHost host)
    {
        ILoggerFactory loggers = host.Logging.Factory;
        TimeProvider time = host.Time;
        ConfigurationInForce first = model.InForce;
        NodeConfiguration configuration = first.Configuration;
        _model = model;
        _agent = agent;
        _logger = loggers.CreateLogger<Node>();
        _accounting = new ConnectionAccounting(_meter, loggers.CreateLogger("KestrelL4.Connections"), time);
        _health = new NodeHealth(time, loggers.CreateLogger<NodeHealth>());
        _exposition = new PrometheusExposition(_meter, loggers.CreateLogger<PrometheusExposition>());
        _services = KestrelServices.Create(loggers);

        SharedSteps shared = new(
            new AcceptGate(time) { MaxConnections = configuration.Accept.MaxConnections, MaxHandshakes = configuration.Accept.MaxConcurrentHandshakes },
            new SourceLimits(configuration.SourceRateLimit, time),
            new ClientHandshake(),
            new TrustInForce(new ClientTrust([], new RegistrySnapshot([], revision: 0))),
            new ClientLimits(configuration.RateLimit, time));
        ListenerParts parts = new(shared, _services, loggers, _accounting, time);
        _permits = new PermitKeeper(new PermitFile(configuration.StateDirectory), _served, shared, loggers.CreateLogger<PermitKeeper>(), time);
        _access = new AccessInForce(_served, parts, _permits, AgentView.Of(agent));

        NodeReport report = new(model, _served, _access, _health, time);
        _history = new TrafficHistory(() => _served.All.Select(static each => each.Application), loggers.CreateLogger<TrafficHistory>(), time);
        AdminEndpoint endpoint = new(
            new ObserverRoutes(_health, report.Take, _exposition),
            new PageRoutes(report.Take, _history, time),
            new OperatorRoutes(ActionsOn(report, new Explainer(_served, shared.Trust, shared.Clients, _health, time)), time));
        _admin = new AdminListener(configuration.Admin, endpoint, loggers, time);
        _adminSocket = new AdminSocketListener(configuration.StateDirectory, endpoint, () => _admin.Configuration, loggers, time);
        _listening = new NodeListening(_served, _admin, host.Manager.Sockets);
        _ports = new AccessPorts(_access, _listening, parts);
        _components = new ComponentReport(_health, _served, model, _access, time);
        _uptake = new AgentUptake(_access, _ports, _components, loggers.CreateLogger<AgentUptake>());
        _drains = new Drains(model, _listening, _components, time, loggers.CreateLogger<Drains>());
        _drain = new NodeDrain(model, _listening, _components, time, loggers.CreateLogger<NodeDrain>());
        _checks = new UpstreamHealthChecks(_served, _components.Tell, loggers, time);
        _discovery = new NameDiscovery(_served, FollowUpstreams, NameResolution.Shared, time, loggers.CreateLogger<NameDiscovery>());
        _installer = new Installer(_listening, _admin, parts, new UpstreamWatch(_discovery, _checks), _access);
        _reloader = new Reloader(sources, _installer, model, _drains, parts);
        _watch = new SourceWatch(_reloader, model, _components, _ports, parts);
        _service = new ServiceLink(host.Manager, _health, () => _served.All.Sum(static each => each.Application.Connections.Count), time);
        _reloads = new NodeReloads(_reloader, _drain, _service, _logger);
        _startReport = new NodeStartReport(_listening, host.Manager.Sockets, _logger);
        _overload = new OverloadWatch(parts, model, _served, _health.Capacity, new NodeMemory().Read);
        NodeInstruments.AddTo(_meter, _health, shared.Trust, () => _access.Current.Identity?.NotAfter, () => host.Logging.DroppedLines);
        NodeInstruments.AddLimitTo(_meter, () => shared.Gate.MaxConnections);
        NodeInstruments.AddReloadsTo(_meter, () => _reloader.Applied, () => _reloader.Rejected);
        NodeInstruments.AddCapacityTo(_meter, shared.Gate.Admission.Waits, () => _overload.Reading);
        if (agent is not null)
        {
            NodeInstruments.AddAuthorityTo(_meter, () => agent.State.IsConnected);
            model.Changed += new AuthorityChange(first, agent.Use, loggers.CreateLogger<AuthorityChange>()).Follow;
        }
    }

    /// <summary>The address of the admin endpoint, such as <c>http://127.0.0.1:9780</c>. Only after the start.</summary>
    public string AdminAddress => _admin.Address!;

    /// <summary>The bound address of each application by name. Only after the start.</summary>
    public IReadOnlyDictionary<string, string> Addresses =>
        _served.Configured.ToDictionary(static served => served.Name, static served => served.Address);

    /// <summary>Binds every address, serves, and follows its sources.</summary>
    /// <exception cref="BindException">An address cannot be bound.</exception>
    public async Task StartAsync()
    {
        _service.Start();
        _overload.Start();
        ConfigurationInForce first = _model.InForce;
        await _installer.InstallAsync(first.Reading, first.Files).ConfigureAwait(false);
        await _adminSocket.StartAsync().ConfigureAwait(false);
        _startReport.Tell(first, AdminAddress);
        _components.Tell();
        if (_agent is not null)
        {
            _uptake.Follow(_agent);
            _agent.Start();
        }

        _permits.Start();
        _history.Start();
        _discovery.Start();
        _watch.Start();
        _ = CompleteStartAsync();
    }

    /// <summary>Reads everything anew, unless the node is draining.</summary>
    public Task HangUpAsync() => _reloads.HangUpAsync();

    /// <summary>Says that the node is not ready, waits, closes the ports and lets the open connections end.</summary>
    /// <param name="cut">Ends all patience.</param>
    /// <returns>How many connections had to be cut.</returns>
    public Task<int> DrainAsync(CancellationToken cut)
    {
        _service.Stop();

        // What they would cut from now on is to be told by the exit code, too.
        _drains.End();
        return _drain.StopAsync(cut);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _service.DisposeAsync().ConfigureAwait(false);
        await _overload.DisposeAsync().ConfigureAwait(false);
        if (_agent is not null)
        {
            _uptake.Leave(_agent);
        }

        await _watch.DisposeAsync().ConfigureAwait(false);
        _ports.Dispose();
        await _discovery.DisposeAsync().ConfigureAwait(false);
        await _checks.DisposeAsync().ConfigureAwait(false);
        using (await _listening.BeginChangeAsync().ConfigureAwait(false))
        {
            _drains.End();
            foreach (ServedApplication served in _served.All)
            {
                await served.DisposeAsync().ConfigureAwait(false);
            }
        }

        await _permits.DisposeAsync().ConfigureAwait(false);
        await _adminSocket.DisposeAsync().ConfigureAwait(false);
        await _admin.DisposeAsync().ConfigureAwait(false);
        await _history.DisposeAsync().ConfigureAwait(false);
        _listening.Dispose();
        await _services.DisposeAsync().ConfigureAwait(false);
        _exposition.Dispose();
        _accounting.Dispose();
        _meter.Dispose();
    }

    // Not waited for: a signal that comes before the last probe has answered is to be heeded.
    private async Task CompleteStartAsync()
    {
        await _access.WhenKnown.ConfigureAwait(false);
        await _ports.LookAsync().ConfigureAwait(false);
        if (await _checks.WhenAllAnswered.ConfigureAwait(false))
        {
            _health.CompleteStart();
            Ready(_logger, NodeVersion.Text);
        }
    }

    private void FollowUpstreams()
    {
        _checks.Follow();
        _components.Tell();
    }

    // Asked for when a request comes, since what acts is built after the routes.
    private OperatorActions ActionsOn(NodeReport report, Explainer explainer) => new()
    {
        Applications = () => _served.All.Select(static served => served.Application),
        Drain = (application, upstream) => application is null ? _drain.Begin() : _drains.Drain(application, upstream),
        Undrain = (application, upstream) => application is null ? _drain.EndAsync() : _drains.UndrainAsync(application, upstream),
        Reload = () => _reloads.ReloadAsync(),
        Explain = explainer.Explain,
        Configuration = () => report.ConfigurationFor(Audience.Operator),
    };

    [LoggerMessage(4, LogLevel.Information, "KestrelL4 {Version} is ready")]
    private static partial void Ready(ILogger logger, string version);
}
