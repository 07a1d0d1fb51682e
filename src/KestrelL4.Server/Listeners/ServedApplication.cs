using KestrelL4.Accounting;
using KestrelL4.Server.Configuration;
using KestrelL4.Server.Discovery;
using KestrelL4.Server.Ports;
using KestrelL4.Server.Sources;

namespace KestrelL4.Server.Listeners;

/// <summary>One application as the node serves it: what it counts and holds, and the listener before it.</summary>
internal sealed class ServedApplication : IListening, IAsyncDisposable
{
    private readonly ListenerParts _parts;
    private readonly CancellationTokenSource _cut = new();
    private readonly List<Task> _leaving = [];
    private ApplicationConfiguration _configuration;
    private ApplicationListener? _listener;
    private TimeSpan _handshakeTimeout;

    /// <summary>Makes an application; it does not listen yet.</summary>
    public ServedApplication(string name, ApplicationConfiguration configuration, ConnectionAccounting accounting, ListenerParts parts)
    {
        _parts = parts;
        _configuration = configuration;
        Application = new Application(name, [], SettingsOf(configuration), accounting, parts.Time);
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
    public string Address { get; private set; } = "";

    /// <summary>Whether the operator took it out of service.</summary>
    public bool IsDrained { get; set; }

    /// <summary>Puts a configuration in force; it holds for the next connection and counts the open ones.</summary>
    /// <param name="configuration">What the operator wrote.</param>
    /// <param name="files">What the files hold that it names.</param>
    /// <param name="known">What is known of a host name.</param>
    public void Use(ApplicationConfiguration configuration, NodeFiles files, Func<string, ExpandedName?> known)
    {
        _configuration = configuration;
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
        ConnectionPipeline pipeline = new(Application, _handshakeTimeout, _parts.Shared, handler);
        _listener = new ApplicationListener(bound, pipeline, _parts.Services, _parts.Loggers, _parts.Time);
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
            _leaving.RemoveAll(static closed => closed.IsCompleted);
            _leaving.Add(listener.CloseAsync(_cut.Token));
        }
    }

    /// <summary>Stops listening and cuts what is still open.</summary>
    public async ValueTask DisposeAsync()
    {
        StopListening();
        await _cut.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(_leaving).ConfigureAwait(false);
        _cut.Dispose();
    }

    private static ApplicationSettings SettingsOf(ApplicationConfiguration configuration) => new()
    {
        Timeouts = configuration.Timeouts,
        RateLimit = configuration.RateLimit,
        ClientRateLimit = configuration.ClientRateLimit,
    };
}
