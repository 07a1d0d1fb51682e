using System.Globalization;
using System.Net;

namespace KestrelL4.FunctionalTests.RealClients;

/// <summary>psql works with a real PostgreSQL server through the node, with stunnel as its TLS client.</summary>
public sealed class PostgreSqlTests
{
    [RequiresPostgreSqlFact]
    public async Task Psql_ThroughStunnel_QueriesAndCopies()
    {
        await using PostgreSqlServer server = await PostgreSqlServer.StartAsync();
        await using RealServerNode node = await RealServerNode.StartAsync(server.EndPoint);
        IPEndPoint local = FreePort.Take();
        await using ServerProgram stunnel = await ServerProgram.StartAsync("stunnel", [Write(node, local)], node.Files.Path, local);

        ToolResult query = await PsqlAsync(local, "SELECT sum(n) FROM generate_series(1, 100000) n");
        ToolResult copy = await PsqlAsync(local, "COPY (SELECT n, repeat('x', 100) FROM generate_series(1, 50000) n) TO STDOUT");

        Assert.True(query.Output.Trim() == "5000050000", query.ToString());
        Assert.True(copy.Output.Count(character => character == '\n') == 50_000, copy.Error);
        await node.AllCompletedAsync();
    }

    private static string Write(RealServerNode node, IPEndPoint local) => node.Files.Write(
        "stunnel.conf",
        $"""
        foreground = yes
        pid =
        [node]
        client = yes
        accept = {local}
        connect = {node.Address}
        cert = {node.Certificate}
        key = {node.Key}
        CAfile = {node.Authority}
        verifyChain = yes
        checkHost = localhost
        sslVersion = TLSv1.3
        """);

    private static Task<ToolResult> PsqlAsync(IPEndPoint server, string query) => Tool.RunAsync(
        "psql",
        [
            "--no-psqlrc", "--tuples-only", "--no-align", "-h", "127.0.0.1", "-p", server.Port.ToString(CultureInfo.InvariantCulture),
            "-U", "tester", "-d", "postgres", "-c", query,
        ]);
}
