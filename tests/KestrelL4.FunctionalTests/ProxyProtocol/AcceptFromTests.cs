using System.Net;
using System.Net.Sockets;
using System.Text;

namespace KestrelL4.FunctionalTests.ProxyProtocol;

/// <summary>
/// A proxy that is named must begin with a PROXY header, whose address is the client's from then on; from everybody else a
/// header is garbage.
/// </summary>
public sealed class AcceptFromTests(ProxyProtocolFixture fixture) : IClassFixture<ProxyProtocolFixture>
{
    private static readonly IPEndPoint Source = IPEndPoint.Parse("192.0.2.1:1234");
    private static readonly IPEndPoint Destination = IPEndPoint.Parse("192.0.2.2:443");

    public static TheoryData<string, string> Headers => new()
    {
        { Hex(HandmadeHeader.Line(Source, Destination)), "192.0.2.1:1234" },
        { Hex(HandmadeHeader.Sealed(HandmadeHeader.Binary(Source, Destination))), "192.0.2.1:1234" },
        { Hex(HandmadeHeader.Binary(IPEndPoint.Parse("[2001:db8::1]:5"), IPEndPoint.Parse("[2001:db8::2]:6"))), "[2001:db8::1]:5" },
        { Hex(HandmadeHeader.Binary(IPEndPoint.Parse("[::ffff:192.0.2.9]:5"), IPEndPoint.Parse("[::ffff:192.0.2.8]:6"))), "192.0.2.9:5" },
        { Hex("PROXY UNKNOWN\r\n"u8.ToArray()), "127.0.3.1:" },
        { Hex(HandmadeHeader.Binary(HandmadeHeader.Local, 0)), "127.0.3.1:" },
        { Hex(HandmadeHeader.Binary(HandmadeHeader.Proxied, 0x31, new byte[216])), "127.0.3.1:" },
    };

    [Theory]
    [MemberData(nameof(Headers))]
    public async Task Header_OfAProxy_TellsTheClientsAddress(string header, string peer)
    {
        await using (TlsClient client = await fixture.HoldAsync(Convert.FromHexString(header)))
        {
            Assert.StartsWith(peer, Assert.Single(await fixture.Operator.PeersAsync()), StringComparison.Ordinal);
            await client.CompleteSendingAsync();
            await client.ObserveEndAsync();
        }

        await Eventually.UntilAsync(
            () => Node.Process.Lines.Any(line => line.Contains($"peer={peer}", StringComparison.Ordinal)), "the log tells the client's address");
    }

    [Theory]
    [MemberData(nameof(Headers))]
    public async Task Header_InPiecesWithTheHandshakeBehindIt_IsTaken(string header, string peer)
    {
        byte[] bytes = Convert.FromHexString(header);
        using Socket socket = await fixture.ConnectAsync(bytes.AsMemory(0, 1));
        for (int index = 1; index < bytes.Length; index++)
        {
            await socket.SendAllAsync(bytes.AsMemory(index, 1));
        }

        await using TlsClient client = await TlsClient.SecureAsync(socket, fixture.Alice);

        Assert.Equal([7], await client.EchoAsync([7]));
        Assert.StartsWith(peer, Assert.Single(await fixture.Operator.PeersAsync()), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("127.0.2.255")]
    [InlineData("127.0.4.0")]
    public async Task Header_OfSomebodyElse_IsGarbage(string address)
    {
        foreach (byte[] header in (byte[][])[HandmadeHeader.Line(Source, Destination), HandmadeHeader.Binary(Source, Destination)])
        {
            MetricWatch causes = await Node.WatchAsync("kestrell4_handshakes_total", ("result", "failed"), ("cause", "protocol"));
            MetricWatch reasons = await Node.WatchReasonAsync("handshake_failed");
            using Socket socket = await fixture.ConnectAsync(header, from: IPAddress.Parse(address));

            await EndsAsync(socket);

            await causes.RoseByAsync(1);
            await reasons.RoseByAsync(1);
        }
    }

    [Fact]
    public async Task Client_WithoutAHeader_HasItsOwnAddress()
    {
        await using TlsClient client = await TlsClient.ConnectAsync(
            Node.EndPoint(), fixture.Alice, new TlsClientOptions { From = IPAddress.Parse("127.0.4.9") });

        Assert.Equal([7], await client.EchoAsync([7]));
        Assert.StartsWith("127.0.4.9:", Assert.Single(await fixture.Operator.PeersAsync()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Proxy_WithoutAHeader_IsInvalid()
    {
        MetricWatch reasons = await Node.WatchReasonAsync("proxy_header_invalid");
        MetricWatch handshakes = await Node.WatchAsync("kestrell4_handshakes_total");

        await Assert.ThrowsAnyAsync<IOException>(
            () => TlsClient.ConnectAsync(Node.EndPoint(), fixture.Alice, new TlsClientOptions { From = ProxyProtocolFixture.Proxy }));

        await reasons.RoseByAsync(1);
        Assert.Equal(0, await handshakes.RiseAsync());
    }

    [Theory]
    [InlineData("")]
    [InlineData("PROXY TCP4 192.0.2.1")]
    public async Task Proxy_WhoseHeaderDoesNotComeInTime_IsInvalid(string bytes)
    {
        MetricWatch reasons = await Node.WatchReasonAsync("proxy_header_invalid");
        using Socket socket = await fixture.ConnectAsync(Encoding.ASCII.GetBytes(bytes), "impatient");

        await EndsAsync(socket);

        await reasons.RoseByAsync(1);
        await ToldAsync("proxy_header_invalid cause=timeout");
    }

    [Fact]
    public async Task Proxy_ThatLeavesBeforeItsHeader_IsInvalidAndToldATenthOfASecondAtMost()
    {
        const int Probes = 200;
        int printed = Node.Process.Lines.Count;
        MetricWatch reasons = await Node.WatchReasonAsync("proxy_header_invalid");
        FairStopwatch watch = new();
        for (int probe = 0; probe < Probes; probe++)
        {
            (await fixture.ConnectAsync(ReadOnlyMemory<byte>.Empty)).Dispose();
        }

        await reasons.RoseByAsync(Probes);

        // Ten a second, whose seconds need not begin with the test's.
        Assert.InRange(
            Node.Process.Lines.Skip(printed).Count(static line => line.Contains("proxy_header_invalid", StringComparison.Ordinal)),
            1,
            10 * (2 + (int)watch.Elapsed.TotalSeconds));
        await ToldAsync("more connections were refused before authentication");
    }

    [Fact]
    public async Task Header_ThatTookMostOfTheTime_LeavesTheRestToTheHandshake()
    {
        MetricWatch causes = await Node.WatchAsync("kestrell4_handshakes_total", ("result", "failed"), ("cause", "timeout"));
        FairStopwatch watch = new(Node.Process.Id);
        using Socket socket = await fixture.ConnectAsync(ReadOnlyMemory<byte>.Empty, "patient");
        await Eventually.UntilAsync(() => watch.Elapsed > TimeSpan.FromSeconds(3), "most of the time has passed");
        await socket.SendAllAsync(HandmadeHeader.Line(Source, Destination));

        await EndsAsync(socket);

        Assert.InRange(watch.Elapsed, TimeSpan.FromSeconds(3.5), TimeSpan.MaxValue);
        Assert.InRange(watch.Granted, TimeSpan.Zero, TimeSpan.FromSeconds(6.5));
        await causes.RoseByAsync(1);
    }

    [Fact]
    public async Task Explain_OfTheApplication_NamesItsProxies() => Assert.Contains(
        "a connection from 127.0.3.0/24 or ::1/128 must begin with a PROXY header",
        (await fixture.Operator.ExplainAsync("alice", "echo")).ToJsonString(),
        StringComparison.Ordinal);

    private static string Hex(byte[] bytes) => Convert.ToHexString(bytes);

    private TestNode Node => fixture.Node;

    private static async Task EndsAsync(Socket socket)
    {
        using CancellationTokenSource deadline = new(Eventually.DefaultDeadline);
        Assert.NotEqual(PeerEnd.None, await socket.ObserveEndAsync(deadline.Token));
    }

    private Task ToldAsync(string text) => Eventually.UntilAsync(
        () => Node.Process.Lines.Any(line => line.Contains(text, StringComparison.Ordinal)), $"the log tells '{text}'");
}
