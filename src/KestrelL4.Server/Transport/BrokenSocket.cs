using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;

namespace KestrelL4.Server.Transport;

/// <summary>What a socket that broke throws, and the exceptions that Kestrel expects in its place.</summary>
internal static class BrokenSocket
{
    /// <summary>Whether the exception tells that the connection is gone.</summary>
    public static bool Is(Exception exception) => exception is SocketException or ObjectDisposedException;

    /// <summary>Whether the peer broke it, rather than this node.</summary>
    public static bool IsByPeer(Exception exception) => exception is SocketException { SocketErrorCode: not SocketError.OperationAborted };

    /// <summary>The exception that Kestrel takes for the end of a connection: others it logs as defects.</summary>
    public static Exception AsKestrelKnowsIt(Exception exception) => IsByPeer(exception)
        ? new ConnectionResetException(exception.Message, exception)
        : new ConnectionAbortedException("The connection was aborted by this node.", exception);
}
