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
    /// <param name="greeting">What it is sent first; may be empty.</param>
    /// <param name="timeout">How long the whole dial may take, name resolution included.</param>
    /// <param name="closing">Ends the dial because its connection closes; the result is then <see cref="DialResult.Timeout"/>, uncounted.</param>
    public async Task<Dial> DialAsync(Upstream upstream, ReadOnlyMemory<byte> greeting, TimeSpan timeout, CancellationToken closing)
    {
        using CancellationTokenSource deadline = new(TimerBounds.Bound(timeout), time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, closing);
        Dial dial = await TryWhileShortAsync(upstream.Address, greeting, either.Token).ConfigureAwait(false);
        if (!closing.IsCancellationRequested)
        {
            upstream.CountDial(dial.Result);
        }

        return dial;
    }

    // A node short of descriptors or ports says nothing of the upstream: wait for some to come back, as long as the dial may take.
    private async Task<Dial> TryWhileShortAsync(EndPoint address, ReadOnlyMemory<byte> greeting, CancellationToken ending)
    {
        for (TimeSpan backOff = FirstBackOff; ; backOff *= 2)
        {
            Dial dial = await TryAsync(address, greeting, ending).ConfigureAwait(false);
            if (dial.Result != DialResult.LocalError)
            {
                return dial;
            }

            try
            {
                await Task.Delay(backOff, time, ending).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return new Dial(DialResult.LocalError);
            }
        }
    }

    private static async Task<Dial> TryAsync(EndPoint address, ReadOnlyMemory<byte> greeting, CancellationToken ending)
    {
        Socket? socket = null;
        try
        {
            if (address is DnsEndPoint name)
            {
                return await TryEachAsync(name, greeting, ending).ConfigureAwait(false);
            }

            socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            if (DescriptorReserve.IsTouchedByDial(socket))
            {
                socket.Dispose();
                return new Dial(DialResult.LocalError);
            }

            KeepAlive.Enable(socket);
            await socket.ConnectAsync(address, ending).ConfigureAwait(false);
            SocketRelayEnd end = new(socket);
            if (!greeting.IsEmpty)
            {
                await end.WriteAsync(greeting).ConfigureAwait(false);
            }

            return new Dial(DialResult.Connected, end);
        }
        catch (SocketException exception)
        {
            socket?.Dispose();
            return new Dial(ResultOf(exception.SocketErrorCode));
        }
        catch (OperationCanceledException)
        {
            // It may have connected at the last moment: what is cut must not look like an end.
            if (socket is not null)
            {
                SocketEnding.Abort(socket);
            }

            return new Dial(DialResult.Timeout);
        }
    }

    private static async Task<Dial> TryEachAsync(DnsEndPoint name, ReadOnlyMemory<byte> greeting, CancellationToken ending)
    {
        Dial last = new(DialResult.Unreachable);
        foreach (IPAddress address in await Dns.GetHostAddressesAsync(name.Host, ending).ConfigureAwait(false))
        {
            last = await TryAsync(new IPEndPoint(address, name.Port), greeting, ending).ConfigureAwait(false);
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
