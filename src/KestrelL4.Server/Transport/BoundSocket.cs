using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;

namespace KestrelL4.Server.Transport;

/// <summary>Binds sockets to listen on, alike for the applications and the admin endpoint.</summary>
internal static class BoundSocket
{
    /// <summary>Binds an IP or unix-socket end point; a unix socket takes the place of a dead process's.</summary>
    /// <param name="endPoint">Where to bind.</param>
    /// <param name="mode">Who may connect to a unix socket.</param>
    /// <exception cref="AddressInUseException">Somebody listens there already.</exception>
    /// <exception cref="SocketException">The address cannot be bound.</exception>
    public static Socket Bind(EndPoint endPoint, UnixFileMode mode)
    {
        ProtocolType protocol = endPoint is UnixDomainSocketEndPoint ? ProtocolType.Unspecified : ProtocolType.Tcp;
        Socket socket = new(endPoint.AddressFamily, SocketType.Stream, protocol);
        try
        {
            if (endPoint is IPEndPoint { Address: { } address } && address.Equals(IPAddress.IPv6Any))
            {
                socket.DualMode = true;
            }

            if (endPoint is UnixDomainSocketEndPoint path)
            {
                UnixSocketFile.RemoveStale(path);
            }

            socket.Bind(endPoint);
            if (endPoint is UnixDomainSocketEndPoint)
            {
                // Before it listens, so that nobody connects under the mode that the umask left.
                File.SetUnixFileMode(endPoint.ToString()!, mode);
            }

            return socket;
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            socket.Dispose();
            throw new AddressInUseException(exception.Message, exception);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
