using System.Net.Security;

namespace KestrelL4.Bench.Workloads;

/// <summary>Connect, full handshake, one byte echoed, close; 32 at a time.</summary>
/// <param name="Connections">How many in all.</param>
internal sealed record HandshakeWorkload(int Connections) : Workload("hs", "1,000 connections")
{
    private const int AtATime = 32;

    public override double Units => Connections / 1_000.0;

    public override async Task<WorkloadRun> RunAsync(LoadTarget target, CancellationToken stopping)
    {
        var latencies = new TimeSpan[Connections];
        int next = -1;
        target.Meter.Begin();
        await Task.WhenAll(Enumerable.Range(0, AtATime).Select(async _ =>
        {
            byte[] echoed = new byte[1];
            for (int i = Interlocked.Increment(ref next); i < Connections; i = Interlocked.Increment(ref next))
            {
                latencies[i] = await ConnectOnceAsync(target, echoed, stopping);
            }
        }));
        return new WorkloadRun(await target.Meter.EndAsync(stopping), latencies);
    }

    public override Workload Scale(double fraction) => new HandshakeWorkload((int)(Connections * fraction));

    private static async Task<TimeSpan> ConnectOnceAsync(LoadTarget target, byte[] echoed, CancellationToken stopping)
    {
        long started = target.Time.GetTimestamp();
        await using SslStream stream = await target.ConnectAsync(stopping);
        await EchoOrder.RoundTripAsync(stream, echoed, stopping);
        TimeSpan latency = target.Time.GetElapsedTime(started);
        await stream.ShutdownAsync();
        return latency;
    }
}
