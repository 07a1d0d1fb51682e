namespace KestrelL4.FunctionalTests.RealClients;

/// <summary>openssl reaches an upstream over TLS 1.3, verifies the node, and is given no session ticket.</summary>
public sealed class OpenSslTests
{
    [RequiresToolFact("openssl")]
    public async Task SClient_GoodCertificate_EchoesOverTls13WithoutTickets()
    {
        await using EchoServer upstream = new();
        await using RealServerNode node = await RealServerNode.StartAsync(upstream.EndPoint);

        ToolResult result = await Tool.RunAsync(
            "bash",
            [
                "-c", "(printf 'hello\\n'; read -r -t 1 _ < <(tail -f /dev/null); true) | openssl s_client \"$@\"", "bash",
                "-connect", node.Address, "-cert", node.Certificate, "-key", node.Key, "-CAfile", node.Authority,
                "-servername", "localhost", "-verify_return_error", "-nocommands",
            ]);

        Assert.Contains("\nhello", result.Output, StringComparison.Ordinal);
        Assert.Contains("TLSv1.3", result.Output, StringComparison.Ordinal);
        Assert.Contains("Verify return code: 0 (ok)", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("Post-Handshake New Session Ticket", result.Output, StringComparison.Ordinal);
    }
}
