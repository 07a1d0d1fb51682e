using KestrelL4.Bench.Measuring;
using KestrelL4.Bench.Workloads;

namespace KestrelL4.Bench.Running;

/// <summary>What an open, silent connection costs a fresh proxy in resident memory.</summary>
internal static class IdleMemory
{
    // Enough for lazily made buffers and compiled code to be there before the first reading.
    private const int WarmUpConnections = 200;

    /// <summary>Growth of the resident memory in KiB per connection.</summary>
    public static async Task<double> MeasureAsync(LoadTarget target, int connections, CancellationToken stopping)
    {
        await WorkloadRunner.RunAsync(new HandshakeWorkload(WarmUpConnections), target, target.Time, stopping);
        ProcessMemory memory = target.Proxy.Memory;
        long before = await memory.ReadSteadyResidentAsync(target.Time, stopping);
        await using IdleConnections idle = await IdleConnections.OpenAsync(target, connections, stopping);
        long after = await memory.ReadSteadyResidentAsync(target.Time, stopping);
        await idle.VerifyAsync(stopping);
        return (after - before) / (double)connections;
    }
}
