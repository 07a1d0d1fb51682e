using KestrelL4.Bench.Measuring;
using KestrelL4.Bench.Workloads;

namespace KestrelL4.Bench.Running;

/// <summary>Brings a fresh process into its stride before it is measured.</summary>
/// <remarks>
/// .NET compiles a method again after 30 calls and once more when it has learned how it is used, each time in the background
/// a moment after the load: so there are several passes, and a rest after each.
/// </remarks>
internal static class WarmUp
{
    private const int Passes = 3;
    private const double IdleShare = 0.02;
    private static readonly TimeSpan BetweenReadings = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Runs the workloads, each at the given fraction of its size in all, and lets the proxy come to rest.</summary>
    public static async Task RunAsync(IReadOnlyList<Workload> workloads, double fraction, LoadTarget target, CancellationToken stopping)
    {
        for (int pass = 0; pass < Passes; pass++)
        {
            foreach (Workload workload in workloads)
            {
                await WorkloadRunner.RunAsync(workload.Scale(fraction / Passes), target, target.Time, stopping);
            }

            await RestAsync(target.Proxy.CpuClock, target.Time, stopping);
        }
    }

    private static async Task RestAsync(ProcessCpuClock clock, TimeProvider time, CancellationToken stopping)
    {
        long started = time.GetTimestamp();
        TimeSpan used;
        do
        {
            used = clock.Read();
            await Task.Delay(BetweenReadings, time, stopping);
            used = clock.Read() - used;
        }
        while (used > BetweenReadings * IdleShare && time.GetElapsedTime(started) < Patience);
    }
}
