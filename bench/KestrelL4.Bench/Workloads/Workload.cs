using System.Net.Security;

namespace KestrelL4.Bench.Workloads;

/// <summary>One kind of load whose cost per unit is compared.</summary>
/// <param name="Key">How the command line and the report name it.</param>
/// <param name="Unit">What the cost is for.</param>
internal abstract record Workload(string Key, string Unit)
{
    /// <summary>Units of work, in <see cref="Unit"/>, that one measured run does.</summary>
    public abstract double Units { get; }

    /// <summary>Puts the load on the target, measures it, and throws on a wrong or missing byte.</summary>
    public abstract Task<WorkloadRun> RunAsync(LoadTarget target, CancellationToken stopping);

    /// <summary>The same load at a fraction of its size, from 0 to 1, to bring a fresh process into its stride.</summary>
    public abstract Workload Scale(double fraction);

    /// <summary>Says goodbye properly on all connections, and closes them.</summary>
    protected static async Task CloseAsync(IEnumerable<SslStream> streams)
    {
        foreach (SslStream stream in streams)
        {
            await stream.ShutdownAsync();
            await stream.DisposeAsync();
        }
    }
}
