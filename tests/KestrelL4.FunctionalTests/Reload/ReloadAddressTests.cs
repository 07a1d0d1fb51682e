using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace KestrelL4.FunctionalTests.Reload;

/// <summary>Addresses that overlap, change hands or are paths.</summary>
public sealed class ReloadAddressTests(ReloadFixture fixture) : ReloadTestBase(fixture), IClassFixture<ReloadFixture>
{
    private readonly ReloadFixture _fixture = fixture;

    [Fact]
    public async Task Listen_TwoApplicationsExchangeTheirs_RefusesNoConnectionMeanwhile()
    {
        const int Exchanges = 6;
        await using ScriptedServer left = new(static (socket, cancellation) => AnswerAsync(socket, "left."u8.ToArray(), cancellation));
        await using ScriptedServer right = new(static (socket, cancellation) => AnswerAsync(socket, "right"u8.ToArray(), cancellation));
        (IPEndPoint one, IPEndPoint other) = (FreePort.Take(), FreePort.Take());
        await _fixture.ApplyAsync(setup => setup.Application("left", left.EndPoint).Application("right", right.EndPoint)
            .Set("Applications:left:Listen", one.ToString()).Set("Applications:right:Listen", other.ToString()));
        await using TlsClient held = await Node.ConnectAsync(_fixture.Alice, "left");
        Assert.Equal("left."u8.ToArray(), await held.ReceiveAsync(5));

        await using ConnectHammer atOne = new(one);
        await using ConnectHammer atOther = new(other);
        await using HandshakeHammer clients = new(() => TlsClient.ConnectAsync(one, _fixture.Alice), clients: 2);
        for (int count = 0; count < Exchanges; count++)
        {
            (long before, long beforeOther) = (atOne.Connections, atOther.Connections);
            await _fixture.ApplyAsync(setup =>
            {
                setup.Set("Applications:left:Listen", count % 2 == 0 ? other.ToString() : one.ToString());
                setup.Set("Applications:right:Listen", count % 2 == 0 ? one.ToString() : other.ToString());
            });
            Assert.Equal(count % 2 == 0 ? other : one, Node.EndPoint("left"));
            await using TlsClient client = await Node.ConnectAsync(_fixture.Alice, "left");
            Assert.Equal("left."u8.ToArray(), await client.ReceiveAsync(5));
            await Eventually.UntilAsync(
                () => atOne.Connections > before + 10 && atOther.Connections > beforeOther + 10, "the hammers go on");
        }

        Assert.Empty(atOne.Failures);
        Assert.Empty(atOther.Failures);
        await clients.StopAsync();
        Assert.Empty(clients.Failures);
        await held.SendAsync("x"u8.ToArray());
        Assert.Equal("left."u8.ToArray(), await held.ReceiveAsync(5));
    }

    [Fact]
    public async Task Listen_WidenedToAllAddressesAndBack_KeepsConnections()
    {
        IPEndPoint loopback = FreePort.Take();
        IPEndPoint elsewhere = new(IPAddress.Parse("127.0.0.7"), loopback.Port);
        await _fixture.ApplyAsync(setup => setup.Application("wide", _fixture.Upstream.EndPoint)
            .Set("Applications:wide:Listen", loopback.ToString()));
        await using TlsClient before = await Node.HoldAsync(_fixture.Alice, "wide");
        await Assert.ThrowsAsync<SocketException>(() => TlsClient.ConnectAsync(elsewhere, _fixture.Alice));

        await _fixture.ApplyAsync("Applications:wide:Listen", $"0.0.0.0:{loopback.Port}");
        await using TlsClient wide = await TlsClient.ConnectAsync(elsewhere, _fixture.Alice);
        await using TlsClient near = await TlsClient.ConnectAsync(loopback, _fixture.Alice);
        await GoesOnAsync(wide);
        await _fixture.ApplyAsync("Applications:wide:Listen", loopback.ToString());

        await Assert.ThrowsAsync<SocketException>(() => TlsClient.ConnectAsync(elsewhere, _fixture.Alice));
        await using TlsClient after = await Node.HoldAsync(_fixture.Alice, "wide");
        await GoesOnAsync(before);
        await GoesOnAsync(wide);
        await GoesOnAsync(near);
    }

    [Theory]
    [InlineData("localhost:{0}")]
    [InlineData("[::]:{0}")]
    [InlineData("[::1]:{0}")]
    public async Task Listen_OverlapsItsFormerAddress_MovesThereAndBack(string wider)
    {
        IPEndPoint loopback = FreePort.Take();
        string listen = string.Format(CultureInfo.InvariantCulture, wider, loopback.Port);
        IPEndPoint loopback6 = new(IPAddress.IPv6Loopback, loopback.Port);
        await _fixture.ApplyAsync(setup => setup.Application("overlapping", _fixture.Upstream.EndPoint)
            .Set("Applications:overlapping:Listen", loopback.ToString()));
        await using TlsClient before = await Node.HoldAsync(_fixture.Alice, "overlapping");

        await _fixture.ApplyAsync("Applications:overlapping:Listen", listen);
        await using TlsClient wide = await TlsClient.ConnectAsync(loopback6, _fixture.Alice);
        await GoesOnAsync(wide);
        await _fixture.ApplyAsync("Applications:overlapping:Listen", loopback.ToString());

        await Assert.ThrowsAsync<SocketException>(() => TlsClient.ConnectAsync(loopback6, _fixture.Alice));
        await using TlsClient after = await Node.HoldAsync(_fixture.Alice, "overlapping");
        await GoesOnAsync(before);
        await GoesOnAsync(wide);
    }

    [Fact]
    public async Task Listen_UnixSocket_StaysMovesAndGoes()
    {
        (string first, string second) = (_fixture.Setup.Directory["first.sock"], _fixture.Setup.Directory["second.sock"]);
        await _fixture.ApplyAsync(setup => setup.Application("local", _fixture.Upstream.EndPoint)
            .Set("Applications:local:Listen", $"unix:{first}"));
        await using TlsClient before = await ConnectAsync(first);
        await GoesOnAsync(before);

        await _fixture.ApplyAsync("Applications:local:Timeouts:Handshake", "9s");
        await using TlsClient kept = await ConnectAsync(first);
        await _fixture.ApplyAsync("Applications:local:Listen", $"unix:{second}");

        Assert.False(Path.Exists(first));
        await using TlsClient moved = await ConnectAsync(second);
        await GoesOnAsync(moved);
        await _fixture.ApplyAsync("Applications:local:Listen", "127.0.0.1:0");

        Assert.False(Path.Exists(second));
        await GoesOnAsync(before);
        await GoesOnAsync(kept);
        await GoesOnAsync(moved);
    }

    private static async Task AnswerAsync(Socket socket, byte[] name, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[1];
        do
        {
            await socket.SendAllAsync(name, cancellationToken);
        }
        while (await socket.ReceiveAsync(buffer, cancellationToken) > 0);
    }

    private async Task<TlsClient> ConnectAsync(string path)
    {
        Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(path));
        return await TlsClient.SecureAsync(socket, _fixture.Alice);
    }
}
