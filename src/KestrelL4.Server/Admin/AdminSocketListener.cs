using System.Net.Sockets;
using KestrelL4.Server.Configuration;
using KestrelL4.Server.Ports;
using Microsoft.Extensions.Logging;

namespace KestrelL4.Server.Admin;

/// <summary>The admin endpoint's unix socket in the state directory, whose lock the node holds; there as long as the node is.</summary>
/// <param name="stateDirectory">The state directory's absolute path.</param>
/// <param name="endpoint">The routes.</param>
/// <param name="loggers">Where it logs.</param>
/// <param name="time">The clock of the transport.</param>
internal sealed class AdminSocketListener(string stateDirectory, AdminEndpoint endpoint, ILoggerFactory loggers, TimeProvider time)
    : IAsyncDisposable
{
    private BoundAddress? _bound;
    private AdminHost? _host;

    /// <summary>Binds the socket and serves; from its first moment on only the node's own user and root may connect.</summary>
    /// <exception cref="BindException">It cannot be bound.</exception>
    public async Task StartAsync()
    {
        string path = StateDirectory.AdminSocketOf(stateDirectory);
        ListenAddress address = new($"unix:{path}", [new UnixDomainSocketEndPoint(path)])
        {
            SocketMode = ListenAddress.OwnerOnly,
        };
        _bound = BoundAddress.Bind("KestrelL4:StateDirectory", address);
        AdminDoor door = AdminDoor.Socket(new PeerGate(loggers.CreateLogger<PeerGate>(), time));
        _host = AdminHost.Create(_bound, door, endpoint, loggers, time);
        await _host.StartAsync().ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_host is not null)
        {
            await _host.DisposeAsync().ConfigureAwait(false);
        }

        _bound?.Dispose();
    }
}
