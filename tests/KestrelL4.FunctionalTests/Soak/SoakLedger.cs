using System.Collections.Concurrent;
using System.Diagnostics;
using KestrelL4.FunctionalTests.Upstreams;

namespace KestrelL4.FunctionalTests.Soak;

/// <summary>How each client's connection ended, and whether the script had a reason for it.</summary>
/// <param name="upstreams">Whose deaths explain what broke.</param>
internal sealed class SoakLedger(MortalUpstream[] upstreams)
{
    private readonly ConcurrentQueue<string> _unexplained = new();
    private int _completed;
    private int _broken;
    private int _revoked;

    /// <summary>Those that ended in order.</summary>
    public int Completed => _completed;

    /// <summary>Those that broke while their upstream died.</summary>
    public int Broken => _broken;

    /// <summary>Those whose certificate was revoked.</summary>
    public int Revoked => _revoked;

    /// <summary>All of them.</summary>
    public int All => Completed + Broken + Revoked + _unexplained.Count;

    /// <summary>Those for which there is no cause.</summary>
    public IReadOnlyCollection<string> Unexplained => _unexplained;

    /// <summary>Uses a connection and ends it in order, and takes down how it ended.</summary>
    /// <param name="what">What it is for.</param>
    /// <param name="connect">Opens it.</param>
    /// <param name="use">Uses it; its upstream's name has been read.</param>
    public async Task VisitAsync(string what, Func<Task<TlsClient>> connect, Func<TlsClient, Task> use)
    {
        long began = Stopwatch.GetTimestamp();
        MortalUpstream? upstream = null;
        try
        {
            await using TlsClient client = await connect();
            byte[] name = await client.ReceiveAsync(2);
            upstream = upstreams[name[1] - (byte)'1'];
            await use(client);
            await client.CompleteSendingAsync();
            TlsEnd end = await client.ObserveEndAsync();
            if (end != TlsEnd.CloseNotifyThenFin)
            {
                throw new IOException($"ended by {end}");
            }

            Interlocked.Increment(ref _completed);
        }
        catch (Exception exception) when (exception is IOException && DiedSince(upstream, began))
        {
            Interlocked.Increment(ref _broken);
        }
        catch (Exception exception)
        {
            _unexplained.Enqueue($"{what}: {exception.Message}");
        }
    }

    /// <summary>Takes down how a connection ended whose certificate was revoked.</summary>
    public void AddRevoked(TlsEnd end)
    {
        if (end == TlsEnd.Reset)
        {
            Interlocked.Increment(ref _revoked);
        }
        else
        {
            _unexplained.Enqueue($"revoked: ended by {end}");
        }
    }

    // One that broke before its upstream told its name may have been at any of them.
    private bool DiedSince(MortalUpstream? upstream, long began) =>
        (upstream is null ? upstreams : [upstream]).Any(each => each.DiedWithin(began, Stopwatch.GetTimestamp()));
}
