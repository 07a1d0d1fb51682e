using Microsoft.Extensions.Logging;

namespace KestrelL4.Server.Admin.Page;

/// <summary>Keeps what the node did in the last five minutes, in memory alone: as many samples as the charts have room for.</summary>
/// <param name="applications">The applications that the node serves, those included that a reload removed and that still drain.</param>
/// <param name="logger">Where it logs.</param>
/// <param name="time">The node's clock.</param>
internal sealed partial class TrafficHistory(
    Func<IEnumerable<Application>> applications, ILogger<TrafficHistory> logger, TimeProvider time) : IAsyncDisposable
{
    /// <summary>How many samples are kept.</summary>
    public const int Most = 150;

    /// <summary>The time between two samples.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    private readonly CancellationTokenSource _ended = new();
    private Task _sampling = Task.CompletedTask;
    private Dictionary<Application, TrafficCount> _before = [];
    private TrafficRecord _record = new(0, []);
    private long _takenAt;

    /// <summary>What is kept now; it does not change any more.</summary>
    public TrafficRecord Record => Volatile.Read(ref _record);

    /// <summary>Begins to sample.</summary>
    public void Start()
    {
        _takenAt = time.GetTimestamp();
        _sampling = SampleAsync(_ended.Token);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync().ConfigureAwait(false);
        await _sampling.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _ended.Dispose();
    }

    private async Task SampleAsync(CancellationToken ended)
    {
        using PeriodicTimer timer = new(Interval, time);
        while (await timer.WaitForNextTickAsync(ended).ConfigureAwait(false))
        {
            try
            {
                Keep(Take());
            }
            catch (Exception exception)
            {
                Failed(logger, exception);
            }
        }
    }

    private TrafficSample Take()
    {
        long now = time.GetTimestamp();
        TimeSpan span = time.GetElapsedTime(_takenAt, now);
        _takenAt = now;
        Dictionary<Application, TrafficCount> counts = applications().ToDictionary(static each => each, TrafficCount.Of);
        ApplicationTraffic[] traffic = [.. counts.Select(each => each.Value.After(each.Key, _before.GetValueOrDefault(each.Key)))];
        Dictionary<string, long> refusals = [];
        for (int index = 0; index < TrafficCount.Reasons.Length; index++)
        {
            long refused = counts.Sum(each => each.Value.RefusedAfter(index, _before.GetValueOrDefault(each.Key)));
            if (refused > 0)
            {
                refusals[TrafficCount.Reasons[index].Word()] = refused;
            }
        }

        // What is no longer served is forgotten with its last sample.
        _before = counts;
        return new TrafficSample
        {
            At = time.GetUtcNow(),
            Seconds = span.TotalSeconds,
            Connections = traffic.Sum(static each => each.Connections),
            BytesReceived = traffic.Sum(static each => each.BytesReceived),
            BytesSent = traffic.Sum(static each => each.BytesSent),
            Refusals = refusals,
            Applications =
            [
                .. traffic.GroupBy(static each => each.Name)
                    .Select(static namesakes => namesakes.Aggregate(static (one, other) => one.And(other)))
                    .Where(static each => !each.IsQuiet),
            ],
        };
    }

    private void Keep(TrafficSample sample)
    {
        TrafficRecord before = Record;
        IEnumerable<TrafficSample> kept = before.Samples.Count < Most ? before.Samples : before.Samples.Skip(1);
        Volatile.Write(ref _record, new TrafficRecord(before.Number + 1, [.. kept, sample]));
    }

    [LoggerMessage(1, LogLevel.Error, "Taking a sample for the status page failed, which is a defect to report")]
    private static partial void Failed(ILogger logger, Exception exception);
}
