using System.Net.Sockets;

namespace KestrelL4.Server.Transport;

/// <summary>What an error of accepting tells: one client that went, or a shortage that meets the next one as well.</summary>
internal static class AcceptError
{
    /// <summary>Whether the error is of the connection that was to be accepted: accept(2) hands on what became of it in the queue.</summary>
    public static bool IsOfOneClient(SocketError error) => error is
        SocketError.ConnectionAborted or SocketError.ConnectionReset or SocketError.NotConnected
        or SocketError.Interrupted or SocketError.TimedOut or SocketError.Shutdown
        or SocketError.NetworkDown or SocketError.NetworkUnreachable or SocketError.HostDown or SocketError.HostUnreachable
        or SocketError.ProtocolOption or SocketError.OperationNotSupported;

    /// <summary>What to wait for; null = the listener's own socket is of no use any more.</summary>
    /// <remarks>ENOMEM has no name among .NET's errors and comes as the one for all that have none.</remarks>
    public static AcceptWait? WaitFor(Exception exception) => exception switch
    {
        OutOfMemoryException => AcceptWait.Memory,
        IOException or SocketException { SocketErrorCode: SocketError.TooManyOpenSockets } => AcceptWait.Descriptors,
        SocketException { SocketErrorCode: SocketError.OperationAborted } => null,
        SocketException { SocketErrorCode: SocketError.NoBufferSpaceAvailable or SocketError.SocketError } => AcceptWait.KernelMemory,
        SocketException => AcceptWait.Refusal,
        _ => null,
    };
}
