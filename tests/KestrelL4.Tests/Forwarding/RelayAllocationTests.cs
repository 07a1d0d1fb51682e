using System.Net.Sockets;
using System.Runtime.CompilerServices;
using KestrelL4.Testing.Servers;
using Xunit.Abstractions;

namespace KestrelL4.Tests.Forwarding;

[Collection(ProcessWide.Name)]
public sealed class RelayAllocationTests(ITestOutputHelper output)
{
    private const int Buffer = 64 * 1024;

    // So many that the caches of the runtime and of SslStream have filled, and the test host has made its first report.
    private const int WarmUp = 10_000;
    private const int Measured = 10_000;

    // What timers, the thread pool and the test's own two ends take is within; two new buffers of 64 KiB would not be.
    private const double MostBytesPerBuffer = 8;

    // SslStream, here at both ends, takes arrays of its own from the shared pool, which now and then has to make one.
    private const double MostBytesPerBufferWithTls = 64;

    private readonly byte[] _sent = new byte[Buffer];
    private readonly byte[] _received = new byte[Buffer];

    [OptimizedFact]
    public async Task SubmitAsync_PlainSocket_AllocatesNothingPerBuffer()
    {
        using ManualServer server = new();
        using Submission submission = await Submission.StartAsync(Submission.To(TimeProvider.System, new Timeouts(), server.EndPoint));
        using Socket upstream = await server.AcceptAsync();

        await MeasureAsync(MostBytesPerBuffer, piece => submission.Client.SendAsync(piece), piece => upstream.ReceiveAsync(piece));
        await MeasureAsync(MostBytesPerBuffer, piece => upstream.SendAsync(piece), piece => submission.Client.ReceiveAsync(piece));

        submission.Client.Reset();
        await submission.EndAsync();
    }

    [OptimizedFact]
    public async Task SubmitAsync_Tls_AllocatesNothingPerBuffer()
    {
        using ManualServer server = new();
        await using TlsEnds ends = await TlsEnds.CreateAsync();
        Task<CloseReason> ended = Submission.To(TimeProvider.System, new Timeouts(), server.EndPoint).SubmitAsync(ends.End);
        using Socket upstream = await server.AcceptAsync();

        await MeasureAsync(
            MostBytesPerBufferWithTls,
            [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))] async ValueTask<int> (Memory<byte> piece) =>
            {
                await ends.Client.Stream.WriteAsync(piece);
                return piece.Length;
            },
            piece => upstream.ReceiveAsync(piece));
        await MeasureAsync(MostBytesPerBufferWithTls, piece => upstream.SendAsync(piece), piece => ends.Client.Stream.ReadAsync(piece));

        ends.Client.Reset();
        await Eventually.WithinAsync(ended, "the connection ends");
    }

    private async Task MeasureAsync(double most, Func<Memory<byte>, ValueTask<int>> send, Func<Memory<byte>, ValueTask<int>> receive)
    {
        await PassAsync(WarmUp, send, receive);
        long before = GC.GetTotalAllocatedBytes(precise: true);
        await PassAsync(Measured, send, receive);
        double each = (GC.GetTotalAllocatedBytes(precise: true) - before) / (double)Measured;

        output.WriteLine($"bytes allocated per relayed buffer of {Buffer} bytes: {each:0.0}");
        Assert.InRange(each, 0, most);
    }

    private Task PassAsync(int buffers, Func<Memory<byte>, ValueTask<int>> send, Func<Memory<byte>, ValueTask<int>> receive) =>
        PassEachAsync(buffers, send, receive).WaitAsync(8 * Eventually.DefaultDeadline);

    // One at a time: no write waits for room, for which SslStream would take boxes.
    private async Task PassEachAsync(int buffers, Func<Memory<byte>, ValueTask<int>> send, Func<Memory<byte>, ValueTask<int>> receive)
    {
        int unsent = 0;
        for (int i = 0; i < buffers; i++)
        {
            ValueTask<int> sending = send(_sent);
            for (int received = 0; received < Buffer;)
            {
                received += await receive(_received.AsMemory(received));
            }

            unsent += Buffer - await sending;
        }

        Assert.Equal(0, unsent);
    }
}
