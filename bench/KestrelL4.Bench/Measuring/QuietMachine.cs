namespace KestrelL4.Bench.Measuring;

/// <summary>Waits for a moment in which nothing else keeps the machine busy.</summary>
/// <param name="time">The clock.</param>
internal sealed class QuietMachine(TimeProvider time)
{
    private const double QuietShare = 0.15;
    private static readonly TimeSpan BetweenReadings = TimeSpan.FromMilliseconds(500);
    private TimeSpan _patience = TimeSpan.FromMinutes(2);

    /// <summary>Returns after half a quiet second, or at once when two minutes of the whole run have been spent waiting.</summary>
    public async Task AwaitAsync(CancellationToken stopping)
    {
        bool isQuiet = false;
        while (!isQuiet && _patience > TimeSpan.Zero)
        {
            TimeSpan busy = MachineCpuClock.Read();
            await Task.Delay(BetweenReadings, time, stopping);
            isQuiet = MachineCpuClock.Read() - busy < BetweenReadings * Environment.ProcessorCount * QuietShare;
            _patience -= BetweenReadings;
        }
    }
}
