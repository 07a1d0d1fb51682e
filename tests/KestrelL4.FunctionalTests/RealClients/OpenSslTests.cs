namespace KestrelL4.FunctionalTests.RealClients;

/// <summary>openssl reaches an upstream over TLS 1.3, verifies the node, and is given no session ticket.</summary>
public sealed class OpenSslTests
{
    // It ends with its input, so that stays open until the echo has come, or for as long as any wait.
    private const string Script =
        """
        (printf 'hello\n'; for _ in {1..250}; do grep -qs '^hello' "$0" && break; sleep 0.1; done) | openssl s_client "$@" | tee "$0"
        """;

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
}
