using System.Net;
using KestrelL4.ProxyProtocol;
using KestrelL4.Testing.ProxyProtocol;
using KestrelL4.Testing.Servers;
using KestrelL4.Tests.Forwarding;
using KestrelL4.Upstreams;

namespace KestrelL4.Tests.ProxyProtocol;

/// <summary>What an upstream sees first of a connection that a caller of the library submits.</summary>
public sealed class GreetedUpstreamTests
{
    [Fact]
    public async Task SubmitAsync_Version2OverTls_GreetsBeforeTheClientsBytesAndCountsNone()
    {
        await using RecordingServer server = new();
        await using TlsEnds ends = await TlsEnds.CreateAsync(TlsEngine.Direct);
        Application application = Sending(ProxyHeaderVersion.V2, server.EndPoint);
        Task<CloseReason> ended = application.SubmitAsync(
            ends.End, peer: IPEndPoint.Parse("192.0.2.1:1234"), destination: IPEndPoint.Parse("192.0.2.2:443"));

        await ends.Client.SendAsync(Wire.Hello);
        await ends.Client.CompleteSendingAsync();
        await Eventually.UntilAsync(() => server.Connections is [{ End: PeerEnd.Fin }], "the upstream has it all");

        ReceivedHeader header = ReceivedHeader.Read(server.Connections[0].Bytes);
        Assert.Equal(("192.0.2.1:1234", "192.0.2.2:443"), (header.Source!.ToString(), header.Destination!.ToString()));
        Assert.Equal("TLSv1.3", header.Tls[0x21]);
        Assert.StartsWith("TLS_", header.Tls[0x23], StringComparison.Ordinal);
        Assert.Equal(Wire.Hello, header.Rest);
        await Eventually.WithinAsync(ended, "the connection ends");
        Assert.Equal(Wire.Hello.Length, application.Counters.BytesReceived);
    }

    [Fact]
    public async Task SubmitAsync_Version1RefusedByTheFirst_GreetsTheNext()
    {
        using RefusingPort refusing = new();
        await using RecordingServer server = new();
        Application application = Sending(ProxyHeaderVersion.V1, refusing.EndPoint, server.EndPoint);
        using Submission submission = await Submission.StartAsync(application);

        await submission.Client.SendAllAsync(Wire.Hello);
        submission.Client.Shutdown(System.Net.Sockets.SocketShutdown.Send);
        await submission.EndAsync();

        Assert.Equal("PROXY UNKNOWN\r\nhello"u8.ToArray(), Assert.Single(server.Connections).Bytes);
    }

    private static Application Sending(ProxyHeaderVersion version, params IPEndPoint[] upstreams) => new(
        "echo",
        [.. upstreams.Select(static (address, index) => new Upstream($"{(char)('a' + index)}", address))],
        new ApplicationSettings { SendProxyHeader = version });
}
