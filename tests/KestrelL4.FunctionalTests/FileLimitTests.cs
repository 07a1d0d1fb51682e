using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;

namespace KestrelL4.FunctionalTests;

/// <summary>A node that runs out of file descriptors stays up, and serves again as soon as some are free.</summary>
public sealed class FileLimitTests
{
    private static readonly TimeSpan CrowdStays = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task Connect_MoreThanDescriptorsAllow_StaysUpAndServesAgain()
    {
        await using EchoServer upstream = new();
        NodeSetup setup = new NodeSetup().Application("echo", upstream.EndPoint);
        TestCertificate alice = setup.Client("alice", "*");
        await using TestNode node = await setup.StartAsync(new NodeLaunch { DescriptorLimit = 512 });

        Task[] crowd = [.. Enumerable.Range(0, 600).Select(_ => PushAsync(node.EndPoint(), alice))];
        await Task.WhenAll(crowd);

        Assert.False(node.Process.HasExited, $"the node ended; it printed:\n{node.Process.Output}");
        await using TlsClient client = await node.HoldEventuallyAsync(alice);
        Assert.Equal("again"u8.ToArray(), await client.EchoAsync("again"u8.ToArray()));
        using HttpResponseMessage live = await node.Admin.GetAsync(new Uri("livez", UriKind.Relative));
        Assert.Equal(HttpStatusCode.OK, live.StatusCode);
    }

    /// <summary>Connects and holds what it gets for as long as the whole crowd pushes, be it served, refused or kept waiting.</summary>
    private static async Task PushAsync(IPEndPoint server, TestCertificate certificate)
    {
        using CancellationTokenSource hold = new(CrowdStays);
        try
        {
            await using TlsClient client = await TlsClient.ConnectAsync(
                server, certificate, new TlsClientOptions { Deadline = CrowdStays });
            await client.Stream.ReadExactlyAsync(new byte[1], hold.Token);
        }
        catch (Exception exception) when (
            exception is IOException or SocketException or AuthenticationException or OperationCanceledException)
        {
            // Whatever happens to the crowd: the node is what counts.
        }
    }
}
