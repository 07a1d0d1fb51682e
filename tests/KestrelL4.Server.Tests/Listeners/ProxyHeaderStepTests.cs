using System.Net;
using System.Net.Sockets;
using System.Text;
using KestrelL4.Server.Configuration;
using KestrelL4.Server.Listeners;
using KestrelL4.Server.Tests.Transport;
using KestrelL4.Server.Transport;
using KestrelL4.Testing;
using KestrelL4.Testing.ProxyProtocol;

namespace KestrelL4.Server.Tests.Listeners;

/// <summary>What becomes of a proxy's connection before TLS, over a real socket and by a clock of the test's own.</summary>
public sealed class ProxyHeaderStepTests : IAsyncLifetime
{
    private const string Line = "PROXY TCP4 192.0.2.1 192.0.2.2 1234 443\r\n";

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);
    private static readonly IPEndPoint Source = IPEndPoint.Parse("192.0.2.1:1234");
    private static readonly IPEndPoint Destination = IPEndPoint.Parse("192.0.2.2:443");

    private readonly FakeTime _time = new();
    private readonly Application _application = new("echo", []);
    private SocketPair _pair = null!;
    private SocketConnection _context = null!;
    private ProxiedConnection _connection = null!;
    private ProxyHeaderStep _step = null!;

    public async Task InitializeAsync()
    {
        _pair = await SocketPair.CreateAsync();
        _context = new SocketConnection(_pair.Node);
        _connection = _application.Open(_context.ConnectionId, _context.RemoteEndPoint);
        _step = new ProxyHeaderStep(_time) { Protocol = new ProxyProtocolConfiguration { AcceptFrom = [IPNetwork.Parse("127.0.0.0/8")] } };
    }

    public async Task DisposeAsync()
    {
        _connection.Dispose();
        await _context.DisposeAsync();
        _pair.Dispose();
    }

    public static TheoryData<string> Headers =>
    [
        Convert.ToHexString(Encoding.ASCII.GetBytes(Line)),
        Convert.ToHexString(HandmadeHeader.Sealed(HandmadeHeader.Binary(Source, Destination))),
    ];

    [Theory]
    [MemberData(nameof(Headers))]
    public async Task PassAsync_HeaderWithBytesBehindIt_TakesItsAddressesAndLeavesTheBytes(string header)
    {
        await _pair.Peer.SendAllAsync(new byte[][] { Convert.FromHexString(header), "hello"u8.ToArray() }.SelectMany(static part => part).ToArray());

        Assert.True(await PassAsync());

        Assert.Equal(Source, _connection.Peer);
        Assert.Equal("hello", await ReadTextAsync());
    }

    [Theory]
    [MemberData(nameof(Headers))]
    public async Task PassAsync_HeaderByteByByte_TakesItsAddresses(string header)
    {
        Task<bool> passing = PassAsync();
        foreach (byte each in Convert.FromHexString(header))
        {
            Assert.False(passing.IsCompleted);
            await _pair.Peer.SendAllAsync(new[] { each });
            await Eventually.UntilAsync(() => _pair.Node.Available == 0, "the node takes the byte");
        }

        Assert.True(await passing);
        Assert.Equal(Source, _connection.Peer);
        await _pair.Peer.SendAllAsync("hello"u8.ToArray());
        Assert.Equal("hello", await ReadTextAsync());
    }

    [Theory]
    [InlineData("PROXY UNKNOWN\r\n")]
    [InlineData("\r\n\r\n\0\r\nQUIT\n\u0020\0\0\0")]
    public async Task PassAsync_HeaderWithoutAddresses_KeepsTheSocketsOwn(string header)
    {
        await _pair.Peer.SendAllAsync(Encoding.ASCII.GetBytes(header));

        Assert.True(await PassAsync());

        Assert.Equal(_pair.Peer.LocalEndPoint, _connection.Peer);
    }

    [Fact]
    public async Task PassAsync_SomebodyElse_IsNotRead()
    {
        _step.Protocol = new ProxyProtocolConfiguration { AcceptFrom = [IPNetwork.Parse("127.0.0.0/32")] };
        await _pair.Peer.SendAllAsync(Encoding.ASCII.GetBytes(Line));

        Assert.True(await PassAsync());

        Assert.Equal(_pair.Peer.LocalEndPoint, _connection.Peer);
        Assert.Equal(Line, await ReadTextAsync());
        Assert.Equal(0, _time.ArmedTimers);
    }

    [Theory]
    [InlineData("\u0016\u0003\u0001")]
    [InlineData("PROXY TCP4 1.1.1.1 2.2.2.2 1\r\n")]
    public async Task PassAsync_SomethingElse_IsInvalidAtOnce(string bytes)
    {
        await _pair.Peer.SendAllAsync(Encoding.ASCII.GetBytes(bytes));

        await IsInvalidAsync(PassAsync(), "protocol");
    }

    [Theory]
    [InlineData("")]
    [InlineData("PROXY TCP4 1.1.1.1")]
    public async Task PassAsync_PeerEndsBefore_IsInvalid(string bytes)
    {
        Task<bool> passing = PassAsync();
        await _pair.Peer.SendAllAsync(Encoding.ASCII.GetBytes(bytes));
        _pair.Peer.Shutdown(SocketShutdown.Send);

        await IsInvalidAsync(passing, "aborted");
    }

    [Fact]
    public async Task PassAsync_PeerResets_IsInvalid()
    {
        Task<bool> passing = PassAsync();
        _pair.Peer.Reset();

        await IsInvalidAsync(passing, "aborted");
    }

    [Theory]
    [InlineData("")]
    [InlineData("PROXY TCP4 1.1.1.1")]
    public async Task PassAsync_HeaderNotCompleteInTime_IsInvalid(string bytes)
    {
        Task<bool> passing = PassAsync();
        await _pair.Peer.SendAllAsync(Encoding.ASCII.GetBytes(bytes));
        await Eventually.UntilAsync(() => _pair.Node.Available == 0, "the node takes what there is");
        _time.Advance(Timeout - TimeSpan.FromMilliseconds(1));
        Assert.False(passing.IsCompleted);

        _time.Advance(TimeSpan.FromMilliseconds(1));

        await IsInvalidAsync(passing, "timeout");
    }

    [Fact]
    public async Task PassAsync_HeaderTookMostOfTheTime_LeavesTheRestForWhatFollows()
    {
        Task<bool> passing = PassAsync();
        _time.Advance(TimeSpan.FromSeconds(9));
        await _pair.Peer.SendAllAsync(Encoding.ASCII.GetBytes(Line));
        Assert.True(await passing);
        Task reading = _context.Transport.Input.ReadAsync().AsTask();

        _time.Advance(TimeSpan.FromSeconds(1));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading.WaitAsync(Eventually.DefaultDeadline));
        Assert.True(_context.WasReadCancelled);
    }

    [Fact]
    public async Task PassAsync_HandshakeEndsInTime_HasNoDeadlineAnyMore()
    {
        await _pair.Peer.SendAllAsync(Encoding.ASCII.GetBytes(Line));
        Assert.True(await PassAsync());
        _context.EndHandshake();
        Assert.Equal(0, _time.ArmedTimers);
        Task<string> reading = ReadTextAsync();

        _time.Advance(Timeout);
        await _pair.Peer.SendAllAsync("hello"u8.ToArray());

        Assert.Equal("hello", await reading);
    }

    [Fact]
    public async Task PassAsync_ClosedByTheNode_KeepsThatReason()
    {
        Task<bool> passing = PassAsync();

        _connection.Close(CloseReason.Drained);
        _context.Abort();

        Assert.False(await Eventually.WithinAsync(passing, "the wait ends"));
        Assert.Equal((CloseReason.Drained, null), (_connection.CloseReason, _connection.Cause));
    }

    private Task<bool> PassAsync() =>
        Eventually.WithinAsync(_step.PassAsync(_context, _connection, Timeout).AsTask(), "the step ends");

    private async Task IsInvalidAsync(Task<bool> passing, string cause)
    {
        Assert.False(await passing);
        Assert.Equal((CloseReason.ProxyHeaderInvalid, cause), (_connection.CloseReason, _connection.Cause));
    }

    private async Task<string> ReadTextAsync()
    {
        System.IO.Pipelines.ReadResult result = await Eventually.WithinAsync(_context.Transport.Input.ReadAsync().AsTask(), "bytes are read");
        string text = Encoding.ASCII.GetString(result.Buffer);
        _context.Transport.Input.AdvanceTo(result.Buffer.End);
        return text;
    }
}
