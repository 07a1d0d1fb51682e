using KestrelL4.Server.Configuration;
using KestrelL4.Server.Ports;
using Microsoft.Extensions.Logging;

namespace KestrelL4.Server.Admin;

/// <summary>The admin endpoint's TCP port: its web server is made anew where the address changes.</summary>
/// <param name="configuration">The section <c>Admin</c>.</param>
/// <param name="endpoint">The routes.</param>
/// <param name="loggers">Where it logs.</param>
/// <param name="time">The clock of the transport.</param>
internal sealed class AdminListener(
    AdminConfiguration configuration, AdminEndpoint endpoint, ILoggerFactory loggers, TimeProvider time) : IListening, IAsyncDisposable
{
    private readonly List<Task> _leaving = [];
    private AdminConfiguration _configuration = configuration;
    private AdminHost? _host;

    /// <summary>The section <c>Admin</c>; the names of allowed hosts hold from the next request.</summary>
    public AdminConfiguration Configuration
    {
        get => Volatile.Read(ref _configuration);
        set => Volatile.Write(ref _configuration, value);
    }

    /// <inheritdoc/>
    public string KeyPath => "KestrelL4:Admin:Listen";

    /// <inheritdoc/>
    public BoundAddress? Bound { get; private set; }

    /// <summary>The address that it serves at, such as <c>http://127.0.0.1:9780</c>; null while it does not.</summary>
    public string? Address => _host?.Address;

    /// <inheritdoc/>
    public async Task ListenAsync(BoundAddress bound)
    {
        if (Bound == bound)
        {
            return;
        }

        StopListening();
        Bound = bound;
        _host = AdminHost.Create(bound, AdminDoor.Tcp(() => Configuration), endpoint, loggers, time);
        await _host.StartAsync().ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void StopListening()
    {
        if (_host is { } host)
        {
            _host = null;
            Bound = null;
            _leaving.RemoveAll(static stopped => stopped.IsCompleted);
            _leaving.Add(host.DisposeAsync().AsTask());
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        StopListening();
        await Task.WhenAll(_leaving).ConfigureAwait(false);
    }
}
