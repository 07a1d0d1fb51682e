namespace KestrelL4.Bench.Running;

/// <summary>The names under which figures other than a workload's cost are kept.</summary>
internal static class Measures
{
    public const string Idle = "idle";
    public const string Resident = "resident";
    public const string Start = "start";
    public const string Others = "others";

    /// <summary>The median of a workload's client latency.</summary>
    public static string Median(string workload) => $"{workload} p50";

    /// <summary>The 99th percentile of a workload's client latency.</summary>
    public static string Tail(string workload) => $"{workload} p99";
}
