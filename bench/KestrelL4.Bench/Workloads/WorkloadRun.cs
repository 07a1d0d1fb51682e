using KestrelL4.Bench.Measuring;

namespace KestrelL4.Bench.Workloads;

/// <summary>What one run of a workload took.</summary>
/// <param name="Usage">What it cost.</param>
/// <param name="Latencies">What the client waited, in no order; empty where latency says nothing.</param>
internal sealed record WorkloadRun(Usage Usage, IReadOnlyList<TimeSpan> Latencies);
