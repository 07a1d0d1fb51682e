using System.Net;
using System.Net.Sockets;
using KestrelL4.Server.Configuration;
using Microsoft.AspNetCore.Connections;

namespace KestrelL4.Server.Transport;

/// <summary>A bound socket that listens.</summary>
/// <remarks>It outlives the listener that accepts from it: while one is exchanged for another, connections wait in its queue.</remarks>
internal sealed class ListeningSocket : IDisposable
{
    // The kernel lowers it to net.core.somaxconn; a short queue drops the first packets of a burst of clients.
    private const int Backlog = 4096;

    private readonly string? _file;

    private ListeningSocket(Socket socket, EndPoint endPoint, string? file)
    {
        Socket = socket;
        EndPoint = endPoint;
        _file = file;
    }

    /// <summary>The socket.</summary>
    public Socket Socket { get; }

    /// <summary>Where it is bound; with the port that was found when any would do.</summary>
    public EndPoint EndPoint { get; }

    /// <summary>Binds an IP or unix-socket end point and listens.</summary>
    /// <param name="endPoint">Where to bind.</param>
    /// <param name="mode">Who may connect to a unix socket.</param>
    /// <exception cref="AddressInUseException">Somebody listens there already.</exception>
    /// <exception cref="SocketException">The address cannot be bound.</exception>
    public static ListeningSocket Bind(EndPoint endPoint, UnixFileMode mode = ListenAddress.OwnerAndGroup)
    {
        Socket socket = BoundSocket.Bind(endPoint, mode);
        try
        {
            socket.Listen(Backlog);
            return new ListeningSocket(socket, socket.LocalEndPoint ?? endPoint, (endPoint as UnixDomainSocketEndPoint)?.ToString());
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

    /// <summary>Takes the copy of a socket that somebody else opened, who keeps it open and owns a unix socket's file.</summary>
    /// <exception cref="SocketException">It has no address.</exception>
    public static ListeningSocket OfCopy(Socket socket) =>
        new(socket, socket.LocalEndPoint ?? throw new SocketException((int)SocketError.AddressNotAvailable), file: null);

    /// <summary>Closes it; the file of a unix socket that was bound here goes with it, where it can.</summary>
    public void Dispose()
    {
        Socket.Dispose();
        if (_file is not null)
        {
            Remove(_file);
        }
    }

    private static void Remove(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Its directory is gone or closed to us; whoever binds there next takes a dead socket's place.
        }
    }
}
