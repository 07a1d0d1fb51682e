using System.Net.Sockets;

namespace KestrelL4.Forwarding;

/// <summary>The two ways to end a socket under somebody who still uses it.</summary>
internal static class SocketEnding
{
    /// <summary>Sends a FIN and ends pending reads in order; nothing when the socket is gone already.</summary>
    public static void Finish(Socket socket)
    {
        try
        {
            socket.Shutdown(SocketShutdown.Both);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The peer was faster: there is nothing left to end.
        }
    }

    /// <summary>Sends a reset and fails what is pending; nothing when the socket is gone already.</summary>
    public static void Abort(Socket socket)
    {
        try
        {
            socket.LingerState = new LingerOption(true, 0);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The peer was faster: closing is all that is left.
        }

        // Without a time to linger it also resets under a call that another thread is in; a plain dispose would send a FIN first.
        socket.Close(timeout: 0);
    }
}
