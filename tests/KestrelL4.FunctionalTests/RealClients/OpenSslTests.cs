using System.Net.Sockets;
using System.Text;

namespace KestrelL4.FunctionalTests.RealClients;

/// <summary>openssl reaches an upstream over TLS 1.3, verifies the node, and is given no session ticket; with what else it can do on the wire.</summary>
public sealed class OpenSslTests
{
    // It ends with its input, so that stays open until the echo has come, or for as long as any wait.
    private const string Script =
        """
        (printf 'hello\n'; for _ in {1..250}; do grep -qs '^hello' "$0" && break; sleep 0.1; done) | openssl s_client "$@" | tee "$0"
        """;

    // Its input never ends, so that it ends with the session alone.
    private const string EndlessScript = """mkfifo "$0" && exec 3<>"$0" && printf 'hello\n' >&3 && exec openssl s_client "$@" <&3""";

    [RequiresToolFact("openssl")]
    public async Task SClient_GoodCertificate_EchoesOverTls13WithoutTickets()
    {
        await using EchoServer upstream = new();
        await using RealServerNode node = await RealServerNode.StartAsync(upstream.EndPoint);

        ToolResult result = await Tool.RunAsync(
            "bash",
            [
                "-c", Script, node.Files["session"],
                "-connect", node.Address, "-cert", node.Certificate, "-key", node.Key, "-CAfile", node.Authority,
                "-servername", "localhost", "-verify_return_error", "-nocommands",
            ]);

        Assert.Contains("\nhello", result.Output, StringComparison.Ordinal);
        Assert.Contains("TLSv1.3", result.Output, StringComparison.Ordinal);
        Assert.Contains("Verify return code: 0 (ok)", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("Post-Handshake New Session Ticket", result.Output, StringComparison.Ordinal);
    }

    [RequiresToolFact("openssl")]
    public async Task SClient_GivesUpByAnAlert_UpstreamSeesAResetAndNoEnd()
    {
        TaskCompletionSource replies = new();
        TaskCompletionSource<PeerEnd> ended = new();
        await using ScriptedServer upstream = new(async (connection, cancellationToken) =>
        {
            await connection.ReceiveAsync(new byte[64], cancellationToken);
            replies.SetResult();
            await connection.SendAllAsync("spoiled on its way"u8.ToArray(), cancellationToken);
            ended.SetResult(await connection.ObserveEndAsync(cancellationToken));
        });
        await using RealServerNode node = await RealServerNode.StartAsync(upstream.EndPoint);
        await using ScriptedServer way = new(async (client, cancellationToken) =>
        {
            using Socket toNode = await SocketExtensions.ConnectAsync(node.EndPoint, cancellationToken: cancellationToken);
            await Task.WhenAll(
                PassOnAsync(client, toNode, isSpoiled: () => false, cancellationToken),
                PassOnAsync(toNode, client, () => replies.Task.IsCompleted, cancellationToken));
        });

        ToolResult result = await Tool.RunAsync(
            "bash",
            [
                "-c", EndlessScript, node.Files["input"],
                "-connect", way.EndPoint.ToString(), "-cert", node.Certificate, "-key", node.Key, "-CAfile", node.Authority,
                "-servername", "localhost", "-nocommands",
            ]);

        Assert.Contains("bad record mac", result.Error, StringComparison.Ordinal);
        Assert.Equal(PeerEnd.Reset, await Eventually.WithinAsync(ended.Task, "the upstream sees the end"));
    }

    [RequiresToolFact("openssl")]
    public async Task SClient_AsksForTheSmallestRecords_ReceivesEveryByte()
    {
        string sent = string.Concat(Enumerable.Repeat("0123456789abcdef", 64 * 1024));
        await using ScriptedServer upstream = new((connection, cancellationToken) => connection.SendAllAsync(Encoding.ASCII.GetBytes(sent), cancellationToken));
        await using RealServerNode node = await RealServerNode.StartAsync(upstream.EndPoint);

        ToolResult result = await Tool.RunAsync(
            "openssl",
            [
                "s_client", "-quiet", "-maxfraglen", "512",
                "-connect", node.Address, "-cert", node.Certificate, "-key", node.Key, "-CAfile", node.Authority, "-servername", "localhost",
            ]);

        Assert.True(sent == result.Output, $"{result.Output.Length} of {sent.Length} bytes came, or they differ: {result.Error}");
        await node.AllCompletedAsync();
    }

    private static async Task PassOnAsync(Socket from, Socket to, Func<bool> isSpoiled, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[64 * 1024];
        try
        {
            int count;
            while ((count = await from.ReceiveAsync(buffer, cancellationToken)) > 0)
            {
                buffer[count - 1] ^= isSpoiled() ? (byte)1 : (byte)0;
                await to.SendAllAsync(buffer.AsMemory(0, count), cancellationToken);
            }

            to.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
            // The session is broken by then, one way or the other.
        }
    }
}
