using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;

namespace KestrelL4.FunctionalTests.Reload;

/// <summary>Who is a proxy, and what upstreams are sent, changes for the next connection; what is open goes on, and the port stays open.</summary>
public sealed class ReloadProxyProtocolTests(ReloadFixture fixture) : ReloadTestBase(fixture), IClassFixture<ReloadFixture>
{
    private const string Key = "Applications:echo:ProxyProtocol";

    private readonly ReloadFixture _fixture = fixture;

    [Fact]
    public async Task Send_Changed_HoldsForTheNextConnection()
    {
        await using TlsClient open = await Node.HoldAsync(_fixture.Alice);
        await using ConnectHammer hammer = new(Node.EndPoint());
        await _fixture.ApplyAsync(Key + ":Send", "V1");
        await using (TlsClient next = await Node.ConnectAsync(_fixture.Alice))
        {
            // The upstream sends back what it is sent.
            string greeting = $"PROXY TCP4 127.0.0.1 127.0.0.1 {((IPEndPoint)next.Socket.LocalEndPoint!).Port} {Node.EndPoint().Port}\r\n";
            Assert.Equal(greeting, Encoding.ASCII.GetString(await next.ReceiveAsync(greeting.Length)));
            await GoesOnAsync(next);
        }

        await _fixture.ApplyAsync(Key, null);

        await GoesOnAsync(open);
        await using TlsClient last = await Node.HoldAsync(_fixture.Alice);
        await GoesOnAsync(last);
        Assert.Empty(hammer.Failures);
        Assert.NotEqual(0, hammer.Connections);
    }

    [Fact]
    public async Task AcceptFrom_Changed_HoldsForTheNextConnection()
    {
        await using TlsClient open = await Node.HoldAsync(_fixture.Alice);
        await _fixture.ApplyAsync(Key + ":AcceptFrom", new JsonArray("127.0.0.0/8"));
        MetricWatch invalid = await Node.WatchReasonAsync("proxy_header_invalid");

        await Assert.ThrowsAnyAsync<IOException>(() => Node.ConnectAsync(_fixture.Alice));
        await invalid.RoseByAsync(1);
        await using TlsClient behind = await HoldBehindHeaderAsync();
        await _fixture.ApplyAsync(Key, null);

        await GoesOnAsync(open);
        await GoesOnAsync(behind);
        await using TlsClient next = await Node.HoldAsync(_fixture.Alice);
        await Assert.ThrowsAnyAsync<IOException>(HoldBehindHeaderAsync);
    }

    private async Task<TlsClient> HoldBehindHeaderAsync()
    {
        Socket socket = await SocketExtensions.ConnectAsync(Node.EndPoint());
        await socket.SendAllAsync(HandmadeHeader.Line(IPEndPoint.Parse("192.0.2.1:1"), Node.EndPoint()));
        TlsClient client = await TlsClient.SecureAsync(socket, _fixture.Alice);
        await GoesOnAsync(client);
        return client;
    }
}
