using System.Text.Json.Nodes;

namespace KestrelL4.FunctionalTests;

/// <summary>Each connection leaves one line at its end that tells who it was, where it went, why it ended and what it cost.</summary>
public sealed class ConnectionLogTests
{
    [Fact]
    public async Task Connection_Ended_LeavesOneLine()
    {
        await using EchoServer upstream = new();
        NodeSetup setup = new NodeSetup().Application("echo", upstream.EndPoint);
        TestCertificate alice = setup.Client("alice", "echo");
        await using TestNode node = await setup.StartAsync();
        MetricWatch completed = await node.WatchReasonAsync("completed");
        await using (TlsClient client = await node.ConnectAsync(alice))
        {
            await client.EchoAsync(new byte[12_345]);
            await client.CompleteSendingAsync();
            await client.ObserveEndAsync();
        }

        await completed.RoseByAsync(1);
        await Eventually.UntilAsync(() => Lines(node).Count == 1, "the line of the connection is written");

        string line = Assert.Single(Lines(node));
        string[] facts = ["echo", "alice", alice.SerialNumber.TrimStart('0'), "127.0.0.1", "u1", "12345"];
        Assert.All(facts, fact => Assert.Contains(fact, line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Connection_JsonFormatter_LeavesOneJsonLine()
    {
        await using EchoServer upstream = new();
        NodeSetup setup = new NodeSetup().Application("echo", upstream.EndPoint);
        TestCertificate alice = setup.Client("alice", "echo");
        await using TestNode node = await setup.StartAsync(new NodeLaunch { Settings = ["Logging:Console:FormatterName=json"] });
        await using (TlsClient client = await node.HoldAsync(alice))
        {
            await client.CompleteSendingAsync();
            await client.ObserveEndAsync();
        }

        await Eventually.UntilAsync(() => Lines(node).Count == 1, "the line of the connection is written");

        JsonNode line = JsonNode.Parse(Assert.Single(Lines(node)))!;
        Assert.Equal("Information", (string?)line["LogLevel"]);
        Assert.Contains("completed", line["State"]!.ToJsonString(), StringComparison.Ordinal);
    }

    private static List<string> Lines(TestNode node)
        => [.. node.Process.Lines.Where(line => line.Contains("completed", StringComparison.Ordinal))];
}
