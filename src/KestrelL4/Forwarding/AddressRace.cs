using System.Net;
using System.Net.Sockets;
using KestrelL4.Upstreams;

namespace KestrelL4.Forwarding;

/// <summary>Connects to the first of several addresses that answers, in the style of RFC 8305.</summary>
/// <remarks>
/// The families take turns, IPv6 first. The next attempt begins when one has failed, or 250 ms after the former; the first that
/// connects wins, and the others are aborted before it is given out.
/// </remarks>
internal sealed class AddressRace
{
    /// <summary>How long an attempt has for itself (RFC 8305 section 5).</summary>
    public static readonly TimeSpan Lead = TimeSpan.FromMilliseconds(250);

    private readonly Queue<IPEndPoint> _waiting;
    private readonly bool _hasBothFamilies;
    private readonly TimeProvider _time;
    private readonly List<Task<SocketDial>> _running = [];

    /// <summary>Takes the addresses of one name, at least one, in the order of preference within each family.</summary>
    public AddressRace(IReadOnlyList<IPAddress> addresses, int port, TimeProvider time)
    {
        _waiting = new Queue<IPEndPoint>(Interleave(addresses).Select(address => new IPEndPoint(address, port)));
        _hasBothFamilies = addresses.Any(IsV6) && !addresses.All(IsV6);
        _time = time;
    }

    /// <summary>The addresses in the order of the attempts.</summary>
    public static IEnumerable<IPAddress> Interleave(IReadOnlyList<IPAddress> addresses)
    {
        IPAddress[] v6 = [.. addresses.Where(IsV6)];
        IPAddress[] v4 = [.. addresses.Where(static address => !IsV6(address))];
        for (int i = 0; i < Math.Max(v6.Length, v4.Length); i++)
        {
            if (i < v6.Length)
            {
                yield return v6[i];
            }

            if (i < v4.Length)
            {
                yield return v4[i];
            }
        }
    }

    /// <summary>Connects; without success the result is what tells most: that an address refused rather than that another was out of reach.</summary>
    /// <param name="ending">Ends the race, whose result is then <see cref="DialResult.Timeout"/>.</param>
    public async Task<SocketDial> RunAsync(CancellationToken ending)
    {
        using CancellationTokenSource over = CancellationTokenSource.CreateLinkedTokenSource(ending);
        SocketDial outcome = new(DialResult.Unreachable);
        try
        {
            while (_waiting.Count > 0 || _running.Count > 0)
            {
                if (_waiting.TryDequeue(out IPEndPoint? address))
                {
                    _running.Add(TryAsync(address, over.Token));
                }

                if (await FirstEndedAsync().ConfigureAwait(false) is not { } ended)
                {
                    continue;
                }

                _running.Remove(ended);
                SocketDial dial = await ended.ConfigureAwait(false);
                if (dial.Socket is not null || ending.IsCancellationRequested)
                {
                    return dial;
                }

                outcome = Rank(dial.Result) >= Rank(outcome.Result) ? dial : outcome;
            }

            return outcome;
        }
        finally
        {
            await over.CancelAsync().ConfigureAwait(false);
            foreach (Task<SocketDial> loser in _running)
            {
                if ((await loser.ConfigureAwait(false)).Socket is { } socket)
                {
                    SocketEnding.Abort(socket);
                }
            }
        }
    }

    private static bool IsV6(IPAddress address) => address.AddressFamily == AddressFamily.InterNetworkV6;

    private static int Rank(DialResult result) => result switch
    {
        DialResult.LocalError => 3,
        DialResult.Refused => 2,
        DialResult.Timeout => 1,
        _ => 0,
    };

    private async Task<SocketDial> TryAsync(IPEndPoint address, CancellationToken ending)
    {
        SocketDial dial = await SocketDial.TryAsync(address, ending).ConfigureAwait(false);

        // A machine without IPv6 has no address of its own for it; that is no lack of ports.
        return dial.Result == DialResult.LocalError && dial.LacksAddress && _hasBothFamilies && IsV6(address.Address)
            ? new SocketDial(DialResult.Unreachable)
            : dial;
    }

    // Null = it is the next one's turn.
    private async Task<Task<SocketDial>?> FirstEndedAsync()
    {
        Task<Task<SocketDial>> first = Task.WhenAny(_running);
        if (_waiting.Count == 0)
        {
            return await first.ConfigureAwait(false);
        }

        try
        {
            return await first.WaitAsync(Lead, _time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            return null;
        }
    }
}
