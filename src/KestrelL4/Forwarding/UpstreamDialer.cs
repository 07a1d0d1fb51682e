using System.Net;
using System.Net.Sockets;
using KestrelL4.Upstreams;

namespace KestrelL4.Forwarding;

/// <summary>Opens a connection to an upstream within the connect time-out: socket, greeting, TLS.</summary>
/// <param name="time">The clock of the time-out.</param>
/// <param name="names">Where names are resolved.</param>
internal sealed class UpstreamDialer(TimeProvider time, NameResolution names)
{
    private static readonly TimeSpan FirstBackOff = TimeSpan.FromMilliseconds(10);

    /// <summary>Dials an upstream; the result is told and counted, never thrown.</summary>
    /// <param name="upstream">Whom to dial.</param>
    /// <param name="greeting">What it is sent first, in plain also when TLS follows; may be empty.</param>
    /// <param name="timeout">How long the whole dial may take, name resolution and TLS included.</param>
    /// <param name="closing">Ends the dial because its connection closes; the result is then <see cref="DialResult.Timeout"/>, uncounted.</param>
    public async Task<Dial> DialAsync(Upstream upstream, ReadOnlyMemory<byte> greeting, TimeSpan timeout, CancellationToken closing)
    {
        using CancellationTokenSource deadline = new(TimerBounds.Bound(timeout), time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, closing);
        Dial dial = await TryWhileShortAsync(upstream, greeting, either.Token).ConfigureAwait(false);
        if (!closing.IsCancellationRequested)
        {
            upstream.CountDial(dial.Result);
        }

        return dial;
    }

    // A node short of descriptors or ports says nothing of the upstream: wait for some to come back, as long as the dial may take.
    private async Task<Dial> TryWhileShortAsync(Upstream upstream, ReadOnlyMemory<byte> greeting, CancellationToken ending)
    {
        for (TimeSpan backOff = FirstBackOff; ; backOff *= 2)
        {
            Dial dial = await TryAsync(upstream, greeting, ending).ConfigureAwait(false);
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

    private async Task<Dial> TryAsync(Upstream upstream, ReadOnlyMemory<byte> greeting, CancellationToken ending)
    {
        SocketDial dial = await ConnectAsync(upstream.Address, ending).ConfigureAwait(false);
        if (dial.Socket is not { } socket)
        {
            return new Dial(dial.Result, Problem: dial.Problem);
        }

        try
        {
            await socket.WriteAsync(greeting, ending).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is SocketException or OperationCanceledException)
        {
            SocketEnding.Abort(socket);
            return new Dial(exception is SocketException error ? SocketDial.ResultOf(error.SocketErrorCode) : DialResult.Timeout);
        }

        return upstream.Tls is { } tls
            ? await TlsDial.ShakeHandsAsync(socket, tls, upstream.Host, ending).ConfigureAwait(false)
            : new Dial(DialResult.Connected, new SocketRelayEnd(socket));
    }

    private Task<SocketDial> ConnectAsync(EndPoint address, CancellationToken ending) => address switch
    {
        DnsEndPoint name => ConnectAsync(name, ending),
        UnixDomainSocketEndPoint path => UnixSocketDial.TryAsync(path, time, ending),
        IPEndPoint ip => SocketDial.TryAsync(ip, ending),
        _ => throw new NotSupportedException($"An upstream's address is no {address.GetType().Name}."),
    };

    private async Task<SocketDial> ConnectAsync(DnsEndPoint name, CancellationToken ending)
    {
        try
        {
            NameAnswer answer = await names.ResolveAsync(name.Host, ending).ConfigureAwait(false);
            return answer.Addresses.Count == 0
                ? new SocketDial(DialResult.Unreachable, null, $"{name.Host}: {answer.Problem}")
                : await new AddressRace(answer.Addresses, name.Port, time).RunAsync(ending).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return new SocketDial(DialResult.Timeout, null, $"looking up {name.Host} did not end in time");
        }
    }
}
