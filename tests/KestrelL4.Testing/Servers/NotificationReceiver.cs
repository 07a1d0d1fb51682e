using System.Net.Sockets;
using System.Text;

namespace KestrelL4.Testing.Servers;

/// <summary>Stands in for a service manager: the socket that its services send their notifications to.</summary>
public sealed class NotificationReceiver : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
    private readonly List<string> _messages = [];

    /// <summary>Binds at the address that services know from <c>NOTIFY_SOCKET</c>: a path, or a name behind an @.</summary>
    public NotificationReceiver(string address)
    {
        Address = address;
        _socket.Bind(new UnixDomainSocketEndPoint(address.StartsWith('@') ? "\0" + address[1..] : address));
    }

    /// <summary>The value of <c>NOTIFY_SOCKET</c>.</summary>
    public string Address { get; }

    /// <summary>Every message so far, oldest first; lines that were sent together are one.</summary>
    public IReadOnlyList<string> Messages
    {
        get
        {
            lock (_messages)
            {
                byte[] message = new byte[64 * 1024];
                while (_socket.Poll(0, SelectMode.SelectRead))
                {
                    _messages.Add(Encoding.UTF8.GetString(message.AsSpan(0, _socket.Receive(message))));
                }

                return [.. _messages];
            }
        }
    }

    /// <summary>Every line so far, oldest first.</summary>
    public IReadOnlyList<string> Lines => [.. Messages.SelectMany(static message => message.Split('\n'))];

    /// <summary>Waits until one of the lines is as wanted, and gives it.</summary>
    public async Task<string> HearAsync(Func<string, bool> isWanted, string message)
    {
        await Eventually.UntilAsync(
            () => Task.FromResult(Lines.Any(isWanted)), () => $"{message}; heard was:\n{string.Join('\n', Lines)}");
        return Lines.Last(isWanted);
    }

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();
}
