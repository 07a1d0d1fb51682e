using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace KestrelL4.Server.Transport;

/// <summary>Our transport below Kestrel: its pipes read and write the socket itself.</summary>
/// <remarks>
/// Kestrel's own receives 4,096 bytes at a time through a pipe and a task of its own, which cost up to twice the CPU of a
/// relayed upload; and what it still queues is lost when a socket is shut down, so a half-close could not be exact.
/// </remarks>
internal sealed class SocketTransportFactory(ILoggerFactory loggers, TimeProvider time) : IConnectionListenerFactory
{
    /// <inheritdoc/>
    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult<IConnectionListener>(SocketListener.Bind(endpoint, loggers.CreateLogger<SocketListener>(), time));
}
