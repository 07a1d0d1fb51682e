using System.Net.Sockets;
using KestrelL4.Sockets;
using KestrelL4.Upstreams;

namespace KestrelL4.Forwarding;

/// <summary>Connects to a unix socket.</summary>
internal static class UnixSocketDial
{
    // TCP would send its SYN again by itself; here the kernel answers at once that the backlog is full.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <summary>Connects, and waits for room in a full backlog for as long as the dial may take.</summary>
    public static async Task<SocketDial> TryAsync(UnixDomainSocketEndPoint path, TimeProvider time, CancellationToken ending)
    {
        while (true)
        {
            RelaySocket? socket = null;
            try
            {
                socket = new RelaySocket(AddressFamily.Unix, ProtocolType.Unspecified);
                if (DescriptorReserve.IsTouchedByDial(socket))
                {
                    socket.Dispose();
                    return new SocketDial(DialResult.LocalError);
                }

                ending.ThrowIfCancellationRequested();
                socket.Dial(path);
                return new SocketDial(DialResult.Connected, socket);
            }
            catch (SocketException exception) when (exception.SocketErrorCode is SocketError.WouldBlock or SocketError.TryAgain)
            {
                socket?.Dispose();
            }
            catch (SocketException exception)
            {
                socket?.Dispose();
                return new SocketDial(ResultOf(exception.SocketErrorCode), null, ProblemOf(exception));
            }
            catch (OperationCanceledException)
            {
                socket?.Dispose();
                return new SocketDial(DialResult.Timeout);
            }

            try
            {
                await Task.Delay(Pause, time, ending).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return new SocketDial(DialResult.Timeout, null, "its backlog is full");
            }
        }
    }

    // A path that does not exist is told as an address that is not available, which over TCP is a lack of ports of our own.
    private static DialResult ResultOf(SocketError error) =>
        error == SocketError.AddressNotAvailable ? DialResult.Unreachable : SocketDial.ResultOf(error);

    private static string? ProblemOf(SocketException exception) => exception.SocketErrorCode switch
    {
        SocketError.AddressNotAvailable => "no such path",
        SocketError.ConnectionRefused => "nobody listens at this path",
        SocketError.AccessDenied => "the node's user may not connect to it",
        _ => exception.Message,
    };
}
