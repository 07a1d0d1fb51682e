using System.Net;
using System.Net.Sockets;
using BenchmarkDotNet.Attributes;
using KestrelL4.Forwarding;
using KestrelL4.Upstreams;

namespace KestrelL4.MicroBench;

/// <summary>What it costs to pass one piece through an open connection, the two ends of the benchmark included: plain sockets on loopback.</summary>
public class RelayBenchmarks
{
    private byte[] _sent = [];
    private byte[] _received = [];
    private Socket _client = null!;
    private Socket _upstream = null!;
    private Socket _accepted = null!;
    private Task<CloseReason> _ended = null!;

    [Params(128, 65536)]
    public int Bytes { get; set; }

    [GlobalSetup]
    public void SetUp()
    {
        _sent = new byte[Bytes];
        _received = new byte[Bytes];
        using Socket front = Listen();
        using Socket back = Listen();
        _client = Connect(front);
        _accepted = front.Accept();
        Application application = new("echo", [new Upstream("a", back.LocalEndPoint!)]);
        _ended = application.SubmitAsync(new SocketRelayEnd(_accepted), peer: _accepted.RemoteEndPoint);
        _upstream = back.Accept();
    }

    [GlobalCleanup]
    public async Task CleanUpAsync()
    {
        _client.Dispose();
        _upstream.Dispose();
        await _ended;
        _accepted.Dispose();
    }

    [Benchmark(Baseline = true)]
    public ValueTask ToUpstreamAsync() => PassAsync(_client, _upstream);

    [Benchmark]
    public ValueTask ToClientAsync() => PassAsync(_upstream, _client);

    private async ValueTask PassAsync(Socket from, Socket to)
    {
        ValueTask<int> sending = from.SendAsync(_sent.AsMemory());
        for (int received = 0; received < Bytes;)
        {
            received += await to.ReceiveAsync(_received.AsMemory(received));
        }

        await sending;
    }

    private static Socket Listen()
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        socket.Listen();
        return socket;
    }

    private static Socket Connect(Socket listener)
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Connect(listener.LocalEndPoint!);
        return socket;
    }
}
