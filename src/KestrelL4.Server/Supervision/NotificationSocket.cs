using System.Net.Sockets;
using System.Text;

namespace KestrelL4.Server.Supervision;

/// <summary>The socket at which a service manager listens for what its services say of themselves (sd_notify(3)).</summary>
/// <remarks>Nobody ever waits for it: what it cannot take now is sent later, in order. Safe to use from any thread.</remarks>
internal sealed class NotificationSocket : IDisposable
{
    /// <summary>How many messages may wait for a service manager that takes none: 64; later ones are dropped.</summary>
    public const int MostUnsent = 64;

    private readonly Queue<byte[]> _unsent = new();
    private readonly Lock _sending = new();
    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { Blocking = false };
    private readonly UnixDomainSocketEndPoint _manager;

    private NotificationSocket(UnixDomainSocketEndPoint manager) => _manager = manager;

    /// <summary>Speaks to the socket at an absolute path, or by a name behind an @; null for any other form.</summary>
    public static NotificationSocket? TryCreate(string path)
    {
        try
        {
            return path switch
            {
                ['/', _, ..] => new NotificationSocket(new UnixDomainSocketEndPoint(path)),
                ['@', _, ..] => new NotificationSocket(new UnixDomainSocketEndPoint("\0" + path[1..])),
                _ => null,
            };
        }
        catch (ArgumentOutOfRangeException)
        {
            // Longer than any socket's path.
            return null;
        }
    }

    /// <summary>Sends lines as one message.</summary>
    /// <param name="lines">Each <c>NAME=VALUE</c>, without a line break.</param>
    public void Send(params IEnumerable<string> lines)
    {
        lock (_sending)
        {
            if (_unsent.Count < MostUnsent)
            {
                _unsent.Enqueue(Encoding.UTF8.GetBytes(string.Join('\n', lines)));
            }

            SendUnsent();
        }
    }

    /// <summary>Sends what could not be sent before.</summary>
    public void Flush()
    {
        lock (_sending)
        {
            SendUnsent();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();

    private void SendUnsent()
    {
        try
        {
            while (_unsent.TryPeek(out byte[]? message))
            {
                _socket.SendTo(message, _manager);
                _unsent.Dequeue();
            }
        }
        catch (SocketException)
        {
            // It is busy, or just being replaced; a service manager that is gone for good needs no message.
        }
    }
}
