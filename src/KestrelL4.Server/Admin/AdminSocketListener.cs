using System.Net.Sockets;
using KestrelL4.Server.Configuration;
using KestrelL4.Server.Ports;
using Microsoft.Extensions.Logging;

namespace KestrelL4.Server.Admin;

/// <summary>The admin endpoint's unix socket in the state directory, whose lock the node holds; there as long as the node is.</summary>
/// <remarks>Whoever tidies up directories takes its file, and with it every verb: it is made anew.</remarks>
/// <param name="stateDirectory">The state directory's absolute path.</param>
/// <param name="endpoint">The routes.</param>
/// <param name="configuration">The section <c>Admin</c> in force.</param>
/// <param name="loggers">Where it logs.</param>
/// <param name="time">The clock of the transport.</param>
internal sealed partial class AdminSocketListener(
    string stateDirectory, AdminEndpoint endpoint, Func<AdminConfiguration> configuration, ILoggerFactory loggers, TimeProvider time) : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly string _path = StateDirectory.AdminSocketOf(stateDirectory);
    private readonly ILogger _logger = loggers.CreateLogger<AdminSocketListener>();
    private readonly CancellationTokenSource _ended = new();
    private Task _watching = Task.CompletedTask;
    private BoundAddress? _bound;
    private AdminHost? _host;
    private bool _isFailing;

    /// <summary>Binds the socket and serves; from its first moment on only the node's own user and root may connect.</summary>
    /// <exception cref="BindException">It cannot be bound.</exception>
    public async Task StartAsync()
    {
        await ListenAsync().ConfigureAwait(false);
        _watching = WatchAsync(_ended.Token);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync().ConfigureAwait(false);
        await _watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _ended.Dispose();
        await CloseAsync().ConfigureAwait(false);
    }

    private async Task ListenAsync()
    {
        ListenAddress address = new($"unix:{_path}", [new UnixDomainSocketEndPoint(_path)])
        {
            SocketMode = ListenAddress.OwnerOnly,
        };
        _bound = BoundAddress.Bind("KestrelL4:StateDirectory", address);
        AdminDoor door = AdminDoor.Socket(new PeerGate(loggers.CreateLogger<PeerGate>(), time), configuration);
        _host = AdminHost.Create(_bound, door, endpoint, loggers, time);
        await _host.StartAsync().ConfigureAwait(false);
    }

    private async ValueTask CloseAsync()
    {
        if (_host is { } host)
        {
            _host = null;
            await host.DisposeAsync().ConfigureAwait(false);
        }

        _bound?.Dispose();
        _bound = null;
    }

    private async Task WatchAsync(CancellationToken ended)
    {
        using PeriodicTimer timer = new(Interval, time);
        while (await timer.WaitForNextTickAsync(ended).ConfigureAwait(false))
        {
            // What somebody else put there is left to him, as it is at the start.
            if (Path.Exists(_path))
            {
                continue;
            }

            try
            {
                // First, for closing removes the file, and it must not be the new one's.
                await CloseAsync().ConfigureAwait(false);
                await ListenAsync().ConfigureAwait(false);
                _isFailing = false;
                MadeAnew(_logger, _path);
            }
            catch (Exception exception)
            {
                if (!_isFailing)
                {
                    _isFailing = true;
                    IsGone(_logger, exception.Message);
                }
            }
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "Somebody removed {Path}; it was made anew")]
    private static partial void MadeAnew(ILogger logger, string path);

    [LoggerMessage(2, LogLevel.Warning, "Somebody removed the admin socket, and it cannot be made anew yet, so no verb reaches this node: {Problem}")]
    private static partial void IsGone(ILogger logger, string problem);
}
