using System.Net;
using System.Net.Sockets;

namespace KestrelL4.Testing.Servers;

/// <summary>A loopback port that is taken but refuses every connection, until <see cref="Dispose"/> gives it back.</summary>
public sealed class RefusingPort : IDisposable
{
    private readonly Socket _bound = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    /// <summary>Takes any free port.</summary>
    public RefusingPort()
    {
        _bound.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        EndPoint = (IPEndPoint)_bound.LocalEndPoint!;
    }

    /// <summary>Its address.</summary>
    public IPEndPoint EndPoint { get; }

    /// <inheritdoc/>
    public void Dispose() => _bound.Dispose();
}
