namespace KestrelL4.Bench.Measuring;

/// <summary>Measures what one stretch of work costs the proxy, and how busy the machine was with something else.</summary>
internal sealed class ProxyMeter(TimeProvider time, ProcessCpuClock proxy, IReadOnlyList<ProcessCpuClock> own)
{
    private static readonly TimeSpan AfterWork = TimeSpan.FromMilliseconds(100);
    private Reading _begin;

    /// <summary>The work begins now.</summary>
    public void Begin() => _begin = Read();

    /// <summary>The work has ended; waits a moment, so that what the proxy does after the client's last byte counts as well.</summary>
    public async Task<Usage> EndAsync(CancellationToken stopping)
    {
        TimeSpan elapsed = time.GetElapsedTime(_begin.Timestamp);
        await Task.Delay(AfterWork, time, stopping);
        Reading end = Read();
        TimeSpan others = end.Machine - _begin.Machine - (end.Own - _begin.Own);
        double capacity = Environment.ProcessorCount * time.GetElapsedTime(_begin.Timestamp, end.Timestamp).TotalSeconds;
        return new Usage(end.Proxy - _begin.Proxy, elapsed, Math.Max(0, others.TotalSeconds) / capacity);
    }

    private Reading Read()
    {
        TimeSpan proxyTime = proxy.Read();
        TimeSpan ownTime = own.Aggregate(proxyTime, (sum, clock) => sum + clock.Read());
        return new Reading(time.GetTimestamp(), proxyTime, ownTime, MachineCpuClock.Read());
    }

    private readonly record struct Reading(long Timestamp, TimeSpan Proxy, TimeSpan Own, TimeSpan Machine);
}
