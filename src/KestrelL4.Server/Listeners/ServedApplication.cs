using KestrelL4.Server.Configuration;
using KestrelL4.Server.Discovery;
using KestrelL4.Server.Ports;
using KestrelL4.Server.Sources;

namespace KestrelL4.Server.Listeners;

/// <summary>One application as the node serves it: what it counts and holds, and the listener before it.</summary>
internal sealed class ServedApplication : IListening, IAsyncDisposable
{
    private readonly ListenerParts _parts;
    private readonly ProxyHeaderStep _headers;
    private readonly CancellationTokenSource _cut = new();
    private Task _left = Task.CompletedTask;
    private ApplicationConfiguration _configuration;
    private ApplicationListener? _listener;
    private TimeSpan _handshakeTimeout;

    /// <summary>Makes an application; it does not listen yet.</summary>
    public ServedApplication(string name, ApplicationConfiguration configuration, ListenerParts parts)
    {
        _parts = parts;
        _configuration = configuration;
        AwaitsProbes = configuration.HealthCheck.Active is not null;
        _headers = new ProxyHeaderStep(parts.Time) { Protocol = configuration.ProxyProtocol };
        Application = new Application(name, [], SettingsOf(configuration), parts.Accounting, parts.Time);
        Upstreams = new UpstreamList(Application);
    }

    /// <summary>Its name.</summary>
    public string Name => Application.Name;

    /// <summary>What it counts and holds.</summary>
    public Application Application { get; }

    /// <summary>Its upstreams, and what keeps it from having them all.</summary>
    public UpstreamList Upstreams { get; }

    /// <summary>What the operator wrote for it.</summary>
    public ApplicationConfiguration Configuration => _configuration;

    /// <inheritdoc/>
    public string KeyPath => $"KestrelL4:Applications:{Name}:Listen";

    /// <inheritdoc/>
    public BoundAddress? Bound { get; private set; }

    /// <summary>The address as <c>/status</c> shows it: the bound one; while its port is closed, the last or else the configured one.</summary>
    public string Address
    {
        get => field ?? _configuration.Listen.Text;
        private set;
    }

    /// <summary>
    /// Completes when the listeners that were closed have no connection left, those included that were accepted and are not
    /// counted as open yet.
    /// </summary>
    public Task Left => Volatile.Read(ref _left);

    /// <summary>Whether the operator took it out of service.</summary>
    public bool IsDrained { get; set; }

    /// <summary>Whether an upstream of it has neither answered its first probe nor let it time out.</summary>
    public bool AwaitsProbes { get; set; }

    /// <summary>Puts a configuration in force; it holds for the next connection and counts the open ones.</summary>
    /// <param name="configuration">What the operator wrote.</param>
    /// <param name="files">What the files hold that it names.</param>
    /// <param name="known">What is known of a host name.</param>
    public void Use(ApplicationConfiguration configuration, NodeFiles files, Func<string, ExpandedName?> known)
    {
        _configuration = configuration;
        _headers.Protocol = configuration.ProxyProtocol;
        Application.Settings = SettingsOf(configuration);
        Upstreams.Use(configuration.Upstreams, upstream => files.UpstreamTlsOf(Name, upstream), known);
        Application.IsRemoved = false;
    }

    /// <inheritdoc/>
    public async Task ListenAsync(BoundAddress bound)
    {
        if (Bound == bound && _handshakeTimeout == _configuration.HandshakeTimeout)
        {
            return;
        }

        StopListening();
        _handshakeTimeout = _configuration.HandshakeTimeout;
        ApplicationConnectionHandler handler = new(Application, _parts.Shared.Trust, _parts.Shared.Clients, _parts.Time);
        ConnectionPipeline pipeline = new(Application, _handshakeTimeout, _headers, _parts.Shared, handler);
        _listener = new ApplicationListener(bound, pipeline, _parts);
        Bound = bound;
        Address = bound.Text;
        await _listener.StartAsync().ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void StopListening()
    {
        if (_listener is { } listener)
        {
            _listener = null;
            Bound = null;
            Task closing = listener.CloseAsync(_cut.Token);
            Volatile.Write(ref _left, _left.IsCompleted ? closing : Task.WhenAll(_left, closing));
        }
    }

    /// <summary>Stops listening and cuts what is still open.</summary>
    public async ValueTask DisposeAsync()
    {
        StopListening();
        await _cut.CancelAsync().ConfigureAwait(false);
        await Left.ConfigureAwait(false);
        _cut.Dispose();
    }

    private static ApplicationSettings SettingsOf(ApplicationConfiguration configuration) => new()
    {
        Timeouts = configuration.Timeouts,
        RateLimit = configuration.RateLimit,
        ClientRateLimit = configuration.ClientRateLimit,
        Balancing = configuration.Balancing,
        PanicThreshold = configuration.HealthCheck.PanicThreshold,
        SlowStart = configuration.HealthCheck.SlowStart,
        CloseOnDown = configuration.HealthCheck.CloseOnDown,
        SendProxyHeader = configuration.ProxyProtocol.Send,
    };
}
