using System.Net;
using System.Net.Sockets;
using KestrelL4.Sockets;
using KestrelL4.Upstreams;

namespace KestrelL4.Forwarding;

/// <summary>An attempt to connect to one address that has ended.</summary>
/// <param name="Result">How it ended.</param>
/// <param name="Socket">The connected socket, owned by whoever asked for it; null unless connected.</param>
/// <param name="Problem">What went wrong, for people; null = the result tells all.</param>
internal readonly record struct SocketDial(DialResult Result, RelaySocket? Socket = null, string? Problem = null)
{
    /// <summary>Whether no address or port of our own was to be had.</summary>
    public bool LacksAddress { get; init; }

    /// <summary>Connects to an IP address; a failure is told, never thrown.</summary>
    /// <param name="address">The address and port.</param>
    /// <param name="ending">Ends the attempt, whose result is then <see cref="DialResult.Timeout"/>.</param>
    public static async Task<SocketDial> TryAsync(IPEndPoint address, CancellationToken ending)
    {
        RelaySocket? socket = null;
        try
        {
            socket = new RelaySocket(address.AddressFamily, ProtocolType.Tcp);
            if (DescriptorReserve.IsTouchedByDial(socket))
            {
                socket.Dispose();
                return new SocketDial(DialResult.LocalError);
            }

            socket.NoDelay = true;
            KeepAlive.Enable(socket);
            await socket.DialAsync(address, ending).ConfigureAwait(false);
            return new SocketDial(DialResult.Connected, socket);
        }
        catch (SocketException exception)
        {
            socket?.Dispose();
            DialResult result = ResultOf(exception.SocketErrorCode);
            return new SocketDial(result, null, result == DialResult.Unreachable ? exception.Message : null)
            {
                LacksAddress = exception.SocketErrorCode == SocketError.AddressNotAvailable,
            };
        }
        catch (OperationCanceledException)
        {
            // It may have connected at the last moment: what is cut must not look like an end.
            if (socket is not null)
            {
                SocketEnding.Abort(socket);
            }

            return new SocketDial(DialResult.Timeout);
        }
    }

    /// <summary>What an error of a socket tells of the upstream.</summary>
    public static DialResult ResultOf(SocketError error) => error switch
    {
        SocketError.ConnectionRefused or SocketError.ConnectionReset or SocketError.ConnectionAborted => DialResult.Refused,
        SocketError.TimedOut or SocketError.OperationAborted => DialResult.Timeout,
        SocketError.TooManyOpenSockets or SocketError.NoBufferSpaceAvailable or SocketError.AddressNotAvailable => DialResult.LocalError,
        _ => DialResult.Unreachable,
    };
}
