using System.Net.Security;

namespace KestrelL4.Bench.Workloads;

/// <summary>One direction at full speed over 8 connections.</summary>
/// <param name="Key">How the command line and the report name it.</param>
/// <param name="Bytes">How many in all; one GB is 10^9.</param>
internal abstract record BulkWorkload(string Key, long Bytes) : Workload(Key, "GB")
{
    private const int Connections = 8;
    private const double BytesPerGigabyte = 1e9;

    public override double Units => PerConnection * Connections / BytesPerGigabyte;

    private long PerConnection => Bytes / Connections;

    public override async Task<WorkloadRun> RunAsync(LoadTarget target, CancellationToken stopping)
    {
        IReadOnlyList<SslStream> streams = await target.ConnectAsync(Connections, stopping);
        target.Meter.Begin();
        await Task.WhenAll(streams.Select((stream, index) => TransferAsync(stream, PerConnection, index * PerConnection, stopping)));
        var run = new WorkloadRun(await target.Meter.EndAsync(stopping), []);
        await CloseAsync(streams);
        return run;
    }

    /// <summary>Moves the pattern's bytes from an offset on over one connection and checks that all arrived.</summary>
    protected abstract Task TransferAsync(SslStream stream, long length, long offset, CancellationToken stopping);
}
