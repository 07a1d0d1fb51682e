using System.Net;
using System.Net.Sockets;
using KestrelL4.Server.Configuration;
using KestrelL4.Server.Configuration.Values;
using KestrelL4.Server.Transport;

namespace KestrelL4.Server.Ports;

/// <summary>A listen address that the node has bound, or was passed: one socket, two for <c>localhost</c>, or all that have a name.</summary>
internal sealed class BoundAddress : IDisposable
{
    private BoundAddress(ListenAddress listen, IReadOnlyList<ListeningSocket> sockets)
    {
        Listen = listen;
        Sockets = sockets;
    }

    /// <summary>The address as the operator wrote it.</summary>
    public ListenAddress Listen { get; }

    /// <summary>The sockets.</summary>
    public IReadOnlyList<ListeningSocket> Sockets { get; private set; }

    /// <summary>Whether it is bound now.</summary>
    public bool IsOpen { get; private set; } = true;

    /// <summary>The address as <c>/status</c> shows it: with the port that was found when any would do.</summary>
    public string Text => Listen.IsLocalhost || Listen.SocketPath is not null ? Listen.Text
        : string.Join(", ", Sockets.Select(static socket => socket.EndPoint is IPEndPoint
            ? socket.EndPoint.ToString()
            : $"{UnixSocketPath.Prefix}{socket.EndPoint}"));

    /// <summary>Binds an address, or takes the sockets that were passed for it.</summary>
    /// <param name="keyPath">The key that names it.</param>
    /// <param name="listen">The address.</param>
    /// <param name="passed">The sockets that were passed to this process.</param>
    /// <exception cref="BindException">It cannot be bound.</exception>
    public static BoundAddress Open(string keyPath, ListenAddress listen, PassedSockets passed) =>
        listen.PassedName is { } name ? new BoundAddress(listen, Take(keyPath, listen, name, passed)) : Bind(keyPath, listen);

    /// <summary>Binds an address.</summary>
    /// <param name="keyPath">The key that names it.</param>
    /// <param name="listen">The address; none that is passed.</param>
    /// <exception cref="BindException">It cannot be bound.</exception>
    public static BoundAddress Bind(string keyPath, ListenAddress listen) => new(
        listen, Bind(keyPath, listen.Text, listen.SocketMode, LoopbackPair.Present(listen)));

    /// <summary>Whether closing this one makes room for another. What is passed stays open outside, whatever the node does.</summary>
    public bool IsInTheWayOf(ListenAddress other) =>
        Listen.PassedName is null && Sockets.Any(socket => other.EndPoints.Any(endPoint => EndPointOverlap.Between(socket.EndPoint, endPoint)));

    /// <summary>Closes the sockets.</summary>
    public void Close()
    {
        IsOpen = false;
        foreach (ListeningSocket socket in Sockets)
        {
            socket.Dispose();
        }
    }

    /// <summary>Binds the same end points again, the port included that was found when any would do, or takes the same sockets again.</summary>
    /// <exception cref="BindException">One was taken meanwhile.</exception>
    public void Reopen(string keyPath, PassedSockets passed)
    {
        Sockets = Listen.PassedName is { } name
            ? Take(keyPath, Listen, name, passed)
            : Bind(keyPath, Text, Listen.SocketMode, Sockets.Select(static socket => socket.EndPoint));
        IsOpen = true;
    }

    /// <inheritdoc/>
    public void Dispose() => Close();

    private static IReadOnlyList<ListeningSocket> Take(string keyPath, ListenAddress listen, string name, PassedSockets passed)
    {
        try
        {
            return passed.Open(name);
        }
        catch (PassedSocketException exception)
        {
            throw new BindException(keyPath, listen.Text, exception);
        }
        catch (SocketException exception)
        {
            throw new BindException(keyPath, listen.Text, exception);
        }
    }

    private static List<ListeningSocket> Bind(string keyPath, string address, UnixFileMode socketMode, IEnumerable<EndPoint> endPoints)
    {
        List<ListeningSocket> sockets = [];
        try
        {
            foreach (EndPoint endPoint in endPoints)
            {
                sockets.Add(ListeningSocket.Bind(endPoint, socketMode));
            }

            return sockets;
        }
        catch (Exception exception) when (exception is IOException or SocketException or UnauthorizedAccessException or InvalidOperationException)
        {
            sockets.ForEach(static socket => socket.Dispose());
            throw new BindException(keyPath, address, exception);
        }
    }
}
