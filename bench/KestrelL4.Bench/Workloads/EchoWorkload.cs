using System.Net.Security;
using KestrelL4.Bench.Payload;

namespace KestrelL4.Bench.Workloads;

/// <summary>64 connections, each sending 128 bytes and waiting for them to come back before it goes on.</summary>
/// <param name="RoundTrips">How many in all.</param>
internal sealed record EchoWorkload(int RoundTrips) : Workload("echo", "1,000,000 round trips")
{
    private const int Connections = 64;
    private const int MessageSize = 128;

    public override double Units => PerConnection * Connections / 1_000_000.0;

    private int PerConnection => RoundTrips / Connections;

    public override async Task<WorkloadRun> RunAsync(LoadTarget target, CancellationToken stopping)
    {
        var latencies = new TimeSpan[PerConnection * Connections];
        IReadOnlyList<SslStream> streams = await target.ConnectAsync(Connections, stopping);
        foreach (SslStream stream in streams)
        {
            await EchoOrder.RoundTripAsync(stream, new byte[1], stopping);
        }

        target.Meter.Begin();
        await Task.WhenAll(streams.Select((stream, index) =>
            EchoAsync(target.Time, stream, latencies.AsMemory(index * PerConnection, PerConnection), index * PerConnection, stopping)));
        var run = new WorkloadRun(await target.Meter.EndAsync(stopping), latencies);
        await CloseAsync(streams);
        return run;
    }

    public override Workload Scale(double fraction) => new EchoWorkload((int)(RoundTrips * fraction));

    private static async Task EchoAsync(
        TimeProvider time, SslStream stream, Memory<TimeSpan> latencies, long firstMessage, CancellationToken stopping)
    {
        byte[] echoed = new byte[MessageSize];
        for (int i = 0; i < latencies.Length; i++)
        {
            long offset = (firstMessage + i) * MessageSize;
            long started = time.GetTimestamp();
            await stream.WriteAsync(Pattern.Slice(offset, MessageSize), stopping);
            await stream.ReadExactlyAsync(echoed, stopping);
            latencies.Span[i] = time.GetElapsedTime(started);
            Pattern.Verify(echoed, offset, "echo");
        }
    }
}
