namespace KestrelL4.Bench.Measuring;

/// <summary>What one stretch of work took.</summary>
/// <param name="ProxyCpu">CPU time of the proxy.</param>
/// <param name="Elapsed">Wall-clock time of the work.</param>
/// <param name="OthersShare">Share of the machine's CPU, 0 to 1, that went to processes outside the benchmark.</param>
internal readonly record struct Usage(TimeSpan ProxyCpu, TimeSpan Elapsed, double OthersShare);
