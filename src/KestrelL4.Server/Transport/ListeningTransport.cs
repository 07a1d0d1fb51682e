using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace KestrelL4.Server.Transport;

/// <summary>The transport below one Kestrel server: it accepts from sockets that are bound already.</summary>
/// <param name="sockets">The sockets.</param>
/// <param name="contextOf">Makes a connection of an accepted socket.</param>
/// <param name="admission">Whether to go on accepting.</param>
/// <param name="loggers">Where a shortage is told.</param>
/// <param name="time">The clock of the waits.</param>
internal sealed class ListeningTransport(
    IReadOnlyList<ListeningSocket> sockets,
    Func<Socket, ConnectionContext> contextOf,
    IAdmission admission,
    ILoggerFactory loggers,
    TimeProvider time) : IConnectionListenerFactory
{
    /// <inheritdoc/>
    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult<IConnectionListener>(new SocketListener(
            sockets.First(socket => socket.EndPoint.Equals(endpoint)), contextOf, admission, loggers.CreateLogger<SocketListener>(), time));
}
