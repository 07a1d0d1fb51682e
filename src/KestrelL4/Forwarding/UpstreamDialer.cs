using System.Net;
using System.Net.Sockets;
using KestrelL4.Upstreams;

namespace KestrelL4.Forwarding;

/// <summary>Opens a connection to an upstream within the connect time-out.</summary>
/// <param name="time">The clock of the time-out.</param>
internal sealed class UpstreamDialer(TimeProvider time)
{
    private static readonly TimeSpan FirstBackOff = TimeSpan.FromMilliseconds(10);

    /// <summary>Dials an upstream; the result is told and counted, never thrown.</summary>
    /// <param name="upstream">Whom to dial.</param>
    /// <param name="timeout">How long the whole dial may take, name resolution included.</param>
    /// <param name="closing">Ends the dial because its connection closes; the result is then <see cref="DialResult.Timeout"/>, uncounted.</param>
    public async Task<(DialResult Result, Socket? Socket)> DialAsync(Upstream upstream, TimeSpan timeout, CancellationToken closing)
    {
        using CancellationTokenSource deadline = new(TimerBounds.Bound(timeout), time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, closing);
        (DialResult result, Socket? socket) = await TryWhileShortAsync(upstream.Address, either.Token).ConfigureAwait(false);
        if (!closing.IsCancellationRequested)
        {
            upstream.CountDial(result);
        }

        return (result, socket);
    }

    // A node short of descriptors or ports says nothing of the upstream: wait for some to come back, as long as the dial may take.
    private async Task<(DialResult Result, Socket? Socket)> TryWhileShortAsync(EndPoint address, CancellationToken ending)
    {
        for (TimeSpan backOff = FirstBackOff; ; backOff *= 2)
        {
            (DialResult result, Socket? socket) = await TryAsync(address, ending).ConfigureAwait(false);
            if (result != DialResult.LocalError)
            {
                return (result, socket);
            }

            try
            {
                await Task.Delay(backOff, time, ending).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return (DialResult.LocalError, null);
            }
        }
    }

    private static async Task<(DialResult Result, Socket? Socket)> TryAsync(EndPoint address, CancellationToken ending)
    {
        Socket? socket = null;
        try
        {
            if (address is DnsEndPoint name)
            {
                return await TryEachAsync(name, ending).ConfigureAwait(false);
            }

            socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            if (DescriptorReserve.IsTouchedByDial(socket))
            {
                socket.Dispose();
                return (DialResult.LocalError, null);
            }

            KeepAlive.Enable(socket);
            await socket.ConnectAsync(address, ending).ConfigureAwait(false);
            return (DialResult.Connected, socket);
        }
        catch (SocketException exception)
        {
            socket?.Dispose();
            return (ResultOf(exception.SocketErrorCode), null);
        }
        catch (OperationCanceledException)
        {
            // It may have connected at the last moment: what is cut must not look like an end.
            if (socket is not null)
            {
                SocketEnding.Abort(socket);
            }

            return (DialResult.Timeout, null);
        }
    }

    private static async Task<(DialResult Result, Socket? Socket)> TryEachAsync(DnsEndPoint name, CancellationToken ending)
    {
        (DialResult Result, Socket? Socket) last = (DialResult.Unreachable, null);
        foreach (IPAddress address in await Dns.GetHostAddressesAsync(name.Host, ending).ConfigureAwait(false))
        {
            last = await TryAsync(new IPEndPoint(address, name.Port), ending).ConfigureAwait(false);
            if (last.Result is DialResult.Connected or DialResult.Timeout)
            {
                break;
            }
        }

        return last;
    }

    private static DialResult ResultOf(SocketError error) => error switch
    {
        SocketError.ConnectionRefused or SocketError.ConnectionReset or SocketError.ConnectionAborted => DialResult.Refused,
        SocketError.TimedOut or SocketError.OperationAborted => DialResult.Timeout,
        SocketError.TooManyOpenSockets or SocketError.NoBufferSpaceAvailable or SocketError.AddressNotAvailable => DialResult.LocalError,
        _ => DialResult.Unreachable,
    };
}
