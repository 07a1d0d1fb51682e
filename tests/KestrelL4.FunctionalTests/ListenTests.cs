using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text.Json.Nodes;

namespace KestrelL4.FunctionalTests;

/// <summary>An application listens at every kind of address that its configuration may name.</summary>
public sealed class ListenTests : IAsyncLifetime
{
    private const UnixFileMode OwnerAndGroup =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite;

    private readonly EchoServer _upstream = new();
    private readonly NodeSetup _setup = new();
    private TestCertificate _alice = null!;

    public Task InitializeAsync()
    {
        _setup.Application("echo", _upstream.EndPoint);
        _alice = _setup.Client("alice", "echo");
        return Task.CompletedTask;
    }

    public async Task DisposeAsync() => await _upstream.DisposeAsync();

    [Fact]
    public async Task UnixSocket_NodeWasKilled_IsTakenOverWithMode0660()
    {
        string path = _setup.Directory["echo.sock"];
        _setup.Set("Applications:echo:Listen", $"unix:{path}");
        await using TestNode killed = await _setup.StartAsync();
        Assert.Equal(OwnerAndGroup, File.GetUnixFileMode(path));
        using (Process process = Process.GetProcessById(killed.Process.Id))
        {
            process.Kill();
        }

        await killed.Process.WaitForExitAsync();
        Assert.True(Path.Exists(path));

        await using TestNode node = await _setup.StartAsync();

        Assert.Equal(OwnerAndGroup, File.GetUnixFileMode(path));
        Assert.Equal($"unix:{path}", await ListenAsync(node));
        await ServesAsync(new UnixDomainSocketEndPoint(path));
    }

    [Fact]
    public async Task AnyIpv6Address_PortZero_IsReachedOverBothFamilies()
    {
        _setup.Set("Applications:echo:Listen", "[::]:0");
        await using TestNode node = await _setup.StartAsync();
        int port = node.EndPoint().Port;

        await ServesAsync(new IPEndPoint(IPAddress.Loopback, port));
        await ServesAsync(new IPEndPoint(IPAddress.IPv6Loopback, port));

        await Eventually.UntilAsync(
            () => node.Process.Output.Contains("127.0.0.1:", StringComparison.Ordinal), "the line of the IPv4 connection is logged");
        Assert.DoesNotContain("::ffff:", node.Process.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Localhost_Port_IsBothLoopbacks()
    {
        int port = FreePort.Take().Port;
        _setup.Set("Applications:echo:Listen", $"localhost:{port}");
        await using TestNode node = await _setup.StartAsync();

        Assert.Equal($"localhost:{port}", await ListenAsync(node));
        await ServesAsync(new IPEndPoint(IPAddress.Loopback, port));
        await ServesAsync(new IPEndPoint(IPAddress.IPv6Loopback, port));
    }

    [Fact]
    public async Task Descriptors_ThousandHandshakesFail_AreAllGivenBack()
    {
        await using TestNode node = await _setup.StartAsync();
        await FailHandshakesAsync(node, count: 50);
        await node.StatusAsync();
        int before = Descriptors(node);

        await FailHandshakesAsync(node, count: 1_000);

        await Eventually.UntilAsync(
            () => Descriptors(node) <= before, $"the node holds {before} descriptors again", TimeSpan.FromSeconds(30));
    }

    private static int Descriptors(TestNode node) => Directory.GetFiles($"/proc/{node.Process.Id}/fd").Length;

    private static async Task FailHandshakesAsync(TestNode node, int count)
    {
        for (int done = 0; done < count; done += 50)
        {
            await Task.WhenAll(Enumerable.Range(0, 50).Select(index => index % 2 == 0 ? LeaveAsync(node) : ShowNothingAsync(node)));
        }
    }

    private static async Task LeaveAsync(TestNode node)
    {
        Socket socket = await SocketExtensions.ConnectAsync(node.EndPoint());
        await socket.SendAllAsync(new byte[] { 0x16, 0x03, 0x01, 0x02, 0x00, 0x01 });
        socket.Reset();
    }

    private static async Task ShowNothingAsync(TestNode node)
    {
        try
        {
            await using TlsClient client = await TlsClient.ConnectAsync(node.EndPoint(), certificate: null);
            await client.ObserveEndAsync();
        }
        catch (Exception exception) when (exception is AuthenticationException or IOException)
        {
            // Refused during the handshake rather than after it: refused either way.
        }
    }

    private static async Task<string> ListenAsync(TestNode node)
    {
        JsonNode application = Assert.Single((await node.StatusAsync())["applications"]!.AsArray())!;
        return (string)application["listen"]!;
    }

    private async Task ServesAsync(EndPoint endPoint)
    {
        using CancellationTokenSource deadline = new(Eventually.DefaultDeadline);
        using Socket socket = new(
            endPoint.AddressFamily, SocketType.Stream, endPoint is IPEndPoint ? ProtocolType.Tcp : ProtocolType.Unspecified);
        await socket.ConnectAsync(endPoint, deadline.Token);
        await using SslStream stream = new(new NetworkStream(socket));
        await stream.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = "localhost",
                ClientCertificateContext = _alice.ToContext(),
#pragma warning disable CA5359 // What the node presents is the subject of other tests.
                RemoteCertificateValidationCallback = (_, _, _, _) => true,
#pragma warning restore CA5359
            },
            deadline.Token);
        byte[] sent = "here"u8.ToArray();
        byte[] received = new byte[sent.Length];
        await stream.WriteAsync(sent, deadline.Token);
        await stream.ReadExactlyAsync(received, deadline.Token);
        Assert.Equal(sent, received);
    }
}
