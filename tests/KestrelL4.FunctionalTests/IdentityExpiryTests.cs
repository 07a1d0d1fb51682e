using System.Net;
using System.Net.Sockets;

namespace KestrelL4.FunctionalTests;

/// <summary>A node whose own certificate runs out says so and refuses connections; open ones go on, and a renewed certificate opens its ports.</summary>
public sealed class IdentityExpiryTests : IAsyncDisposable
{
    private readonly EchoServer _upstream = new();
    private readonly TestAuthority _serverAuthority = TestAuthority.CreateRoot("short lives");

    [Fact]
    public async Task Identity_ExpiresAndIsRenewed_PortsCloseAndOpenWhileAConnectionGoesOn()
    {
        NodeSetup setup = new NodeSetup().Application("echo", _upstream.EndPoint);
        TestCertificate alice = setup.Client("alice", "echo");
        Issue(setup, TimeSpan.FromHours(1));
        await using TestNode node = await setup.StartAsync();
        await using TlsClient held = await node.HoldAsync(alice);
        Issue(setup, TimeSpan.FromSeconds(10));

        await Eventually.UntilAsync(
            async () => await node.Admin.GetAsync("readyz/identity") is { StatusCode: HttpStatusCode.ServiceUnavailable },
            "the identity is unhealthy", TimeSpan.FromSeconds(30));

        await Eventually.UntilAsync(
            async () => await Record.ExceptionAsync(() => SocketExtensions.ConnectAsync(node.EndPoint())) is SocketException,
            "connections are refused");
        using HttpResponseMessage ready = await node.Admin.GetAsync("readyz");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
        Assert.Equal("still here"u8.ToArray(), await held.EchoAsync("still here"u8.ToArray()));

        Issue(setup, TimeSpan.FromHours(1));
        await Eventually.UntilAsync(
            async () => await node.Admin.GetAsync("readyz") is { StatusCode: HttpStatusCode.OK }, "the node is ready again");

        await using TlsClient next = await node.HoldAsync(alice);
        Assert.Equal("and here"u8.ToArray(), await held.EchoAsync("and here"u8.ToArray()));
    }

    [Fact]
    public async Task Identity_RenewedAndAPortTakenMeanwhile_OpensTheOthersAndWithdrawsAllTheSame()
    {
        NodeSetup setup = new NodeSetup().Application("echo", _upstream.EndPoint).Application("other", _upstream.EndPoint);
        TestCertificate alice = setup.Client("alice", "*");
        Issue(setup, TimeSpan.FromHours(1));
        await using TestNode node = await setup.StartAsync();
        await using TlsClient held = await node.HoldAsync(alice);
        Issue(setup, TimeSpan.FromSeconds(10));
        await Eventually.UntilAsync(
            async () => await Record.ExceptionAsync(() => SocketExtensions.ConnectAsync(node.EndPoint())) is SocketException,
            "connections are refused", TimeSpan.FromSeconds(30));
        using Socket stranger = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        stranger.Bind(node.EndPoint());
        stranger.Listen();

        Issue(setup, TimeSpan.FromHours(1));
        await Eventually.UntilAsync(
            async () => await Record.ExceptionAsync(() => SocketExtensions.ConnectAsync(node.EndPoint("other"))) is null, "the other port opens");
        setup.Set("Clients:alice:Disabled", true).Write();

        Assert.Equal(TlsEnd.Reset, await held.ObserveEndAsync());
        Assert.DoesNotContain("defect", node.Process.Output, StringComparison.Ordinal);
        Assert.Contains("KestrelL4:Applications:echo:Listen", node.Process.Output, StringComparison.Ordinal);
    }

    public ValueTask DisposeAsync() => _upstream.DisposeAsync();

    private void Issue(NodeSetup setup, TimeSpan life) => _serverAuthority
        .Issue(TestSubject.Server() with { NotAfter = TimeProvider.System.GetUtcNow() + life })
        .WriteTo(setup.Directory.Path, "server");
}
