using System.Diagnostics;
using System.Net.Security;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using KestrelL4.Testing.Certificates;
using KestrelL4.Testing.Servers;
using KestrelL4.Tls;
using KestrelL4.Upstreams;
using Xunit.Abstractions;

namespace KestrelL4.Tests.Forwarding;

[Collection(ProcessWide.Name)]
public sealed class RelayAllocationTests(ITestOutputHelper output)
{
    private const int Buffer = 64 * 1024;
    private const int Measured = 10_000;

    // A collection empties the shared pools, whose arrays then are new ones, and a busy machine has more of them in a measurement.
    // What the relay itself took for each piece would be in every one.
    private const int Attempts = 5;

    // So long that the caches of the runtime and of SslStream have filled, and the test host has made its first report.
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(1.5);

    // What timers, the thread pool and the test's own two ends take is within; two new buffers of 64 KiB would not be.
    private const double MostBytesPerBuffer = 8;

    // SslStream at the relay's end takes arrays of its own from the shared pool, which now and then has to make one.
    private const double MostBytesPerBufferWithTls = 64;

    private readonly byte[] _sent = new byte[Buffer];
    private readonly byte[] _received = new byte[Buffer];
    private int _piece;

    // A full buffer has the relay read on at once; a smaller piece gives the buffer back and takes one for the next.
    [OptimizedTheory]
    [InlineData(Buffer)]
    [InlineData(Buffer / 2)]
    public async Task SubmitAsync_PlainSocket_AllocatesNothingPerBuffer(int piece)
    {
        _piece = piece;
        using ManualServer server = new();
        using Submission submission = await Submission.StartAsync(Submission.To(TimeProvider.System, new Timeouts(), server.EndPoint));
        using Socket upstream = await server.AcceptAsync();

        await MeasureAsync(MostBytesPerBuffer, bytes => submission.Client.SendAsync(bytes), bytes => upstream.ReceiveAsync(bytes));
        await MeasureAsync(MostBytesPerBuffer, bytes => upstream.SendAsync(bytes), bytes => submission.Client.ReceiveAsync(bytes));

        submission.Client.Reset();
        await submission.EndAsync();
    }

    // A smaller piece through a stream goes to the TLS upstream below.
    [OptimizedTheory]
    [InlineData(Buffer, TlsEngine.Stream)]
    [InlineData(Buffer, TlsEngine.Direct)]
    [InlineData(Buffer / 2, TlsEngine.Direct)]
    public async Task SubmitAsync_Tls_AllocatesNothingPerBuffer(int piece, TlsEngine engine)
    {
        _piece = piece;
        double most = engine == TlsEngine.Direct ? MostBytesPerBuffer : MostBytesPerBufferWithTls;
        using ManualServer server = new();
        await using TlsEnds ends = await TlsEnds.CreateAsync(engine);
        Task<CloseReason> ended = Submission.To(TimeProvider.System, new Timeouts(), server.EndPoint).SubmitAsync(ends.End);
        using Socket upstream = await server.AcceptAsync();

        await MeasureAsync(
            most,
            [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))] async ValueTask<int> (Memory<byte> bytes) =>
            {
                await ends.Client.Stream.WriteAsync(bytes);
                return bytes.Length;
            },
            bytes => upstream.ReceiveAsync(bytes));
        await MeasureAsync(most, bytes => upstream.SendAsync(bytes), bytes => ends.Client.Stream.ReadAsync(bytes));

        ends.Client.Reset();
        await Eventually.WithinAsync(ended, "the connection ends");
    }

    [OptimizedTheory]
    [InlineData(Buffer / 2)]
    public async Task SubmitAsync_TlsUpstream_AllocatesNothingPerBuffer(int piece)
    {
        _piece = piece;
        TestCertificate shown = TestAuthority.CreateRoot().Issue(TestSubject.Server());
        using ManualServer server = new();
        Application application = new(
            "echo", [new Upstream("a", server.EndPoint) { Tls = new UpstreamTls(trusted: [.. shown.Issuer.Chain()]) }], time: TimeProvider.System);
        using Submission submission = await Submission.StartAsync(application);
        await using SslStream upstream = new(new NetworkStream(await server.AcceptAsync(), ownsSocket: true));
        await upstream.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificateContext = shown.ToContext() });

        await MeasureAsync(MostBytesPerBufferWithTls, bytes => submission.Client.SendAsync(bytes), bytes => upstream.ReadAsync(bytes));
        await MeasureAsync(
            MostBytesPerBufferWithTls,
            [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))] async ValueTask<int> (Memory<byte> bytes) =>
            {
                await upstream.WriteAsync(bytes);
                return bytes.Length;
            },
            bytes => submission.Client.ReceiveAsync(bytes));

        submission.Client.Reset();
        await submission.EndAsync();
    }

    private async Task MeasureAsync(double most, Func<Memory<byte>, ValueTask<int>> send, Func<Memory<byte>, ValueTask<int>> receive)
    {
        long begin = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(begin) < WarmUp)
        {
            await PassAsync(Measured / 10, send, receive);
        }

        double each = double.MaxValue;
        for (int attempt = 0; attempt < Attempts && each > most; attempt++)
        {
            long before = GC.GetTotalAllocatedBytes(precise: true);
            await PassAsync(Measured, send, receive);
            each = Math.Min(each, (GC.GetTotalAllocatedBytes(precise: true) - before) / (double)Measured);
        }

        output.WriteLine($"bytes allocated per relayed piece of {_piece} bytes: {each:0.0}");
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
            ValueTask<int> sending = send(_sent.AsMemory(0, _piece));
            for (int received = 0; received < _piece;)
            {
                received += await receive(_received.AsMemory(received, _piece - received));
            }

            unsent += _piece - await sending;
        }

        Assert.Equal(0, unsent);
    }
}
