using System.Net;
using System.Net.Sockets;

namespace KestrelL4.Forwarding;

/// <summary>The look-ups of one name: one at a time, its answer used for a second, the last good one kept.</summary>
/// <param name="name">The name.</param>
/// <param name="lookUp">Asks the system.</param>
/// <param name="time">The clock of answers.</param>
internal sealed class NameLookUp(string name, Func<string, IPAddress[]> lookUp, TimeProvider time)
{
    // Each look-up blocks a thread for as long as name servers are silent. They are not the thread pool's, or a dead name server
    // would stop every connection of the node; and a thousand names shall not make a thousand threads.
    private const int MostAtOnce = 64;

    private static readonly TimeSpan Reuse = TimeSpan.FromSeconds(1);
    private static readonly SemaphoreSlim Places = new(MostAtOnce);

    private readonly Lock _asking = new();
    private Task<NameAnswer>? _latest;
    private long _endedAt;
    private volatile NameAnswer? _lastGood;
    private volatile bool _isAiling;

    /// <summary>The last answer that held an address; null = there was none yet.</summary>
    public NameAnswer? LastGood => _lastGood;

    /// <summary>Whether the latest look-up failed or took long, so that nobody who has an older answer waits for the next.</summary>
    public bool IsAiling
    {
        get => _isAiling;
        set => _isAiling = value;
    }

    /// <summary>The latest answer when it is a second old at most, else that of the look-up under way or begun now.</summary>
    public Task<NameAnswer> AskAsync()
    {
        lock (_asking)
        {
            if (_latest is { } latest && (!latest.IsCompleted || time.GetElapsedTime(Volatile.Read(ref _endedAt)) < Reuse))
            {
                return latest;
            }

            return _latest = RunAsync();
        }
    }

    private async Task<NameAnswer> RunAsync()
    {
        // Forced, so that whoever asks holds the lock for a moment only.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        await Places.WaitAsync().ConfigureAwait(false);
        try
        {
            long begin = time.GetTimestamp();
            NameAnswer answer = await Task.Factory.StartNew(
                LookUp, CancellationToken.None, TaskCreationOptions.LongRunning | TaskCreationOptions.DenyChildAttach, TaskScheduler.Default)
                .ConfigureAwait(false);
            IsAiling = answer.Problem is not null || time.GetElapsedTime(begin) > NameResolution.Patience;
            if (answer.Problem is null)
            {
                _lastGood = answer;
            }

            Volatile.Write(ref _endedAt, time.GetTimestamp());
            return answer;
        }
        finally
        {
            Places.Release();
        }
    }

    private NameAnswer LookUp()
    {
        string problem = "it has no address";
        bool isUnknown = true;
        try
        {
            IPAddress[] addresses = [.. lookUp(name).Distinct()];
            if (addresses.Length > 0)
            {
                return new NameAnswer(addresses, null);
            }
        }
        catch (SocketException exception)
        {
            isUnknown = exception.SocketErrorCode is SocketError.HostNotFound or SocketError.NoData;
            problem = exception.SocketErrorCode switch
            {
                SocketError.HostNotFound or SocketError.NoData => "the name does not exist, or has no address",
                SocketError.TryAgain => "no name server answers, or it fails",
                _ => exception.Message,
            };
        }
        catch (ArgumentException exception)
        {
            problem = exception.Message;
        }

        return new NameAnswer(LastGood?.Addresses ?? [], problem) { IsUnknown = isUnknown };
    }
}
