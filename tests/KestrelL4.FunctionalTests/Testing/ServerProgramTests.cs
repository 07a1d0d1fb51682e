using System.Globalization;
using System.Net;

namespace KestrelL4.FunctionalTests.Testing;

/// <summary>A program is found to listen without a connection that it would pass on or count.</summary>
public sealed class ServerProgramTests
{
    [RequiresToolFact("redis-server", "redis-cli")]
    public async Task StartAsync_ProgramListens_NothingConnectedToIt()
    {
        using TemporaryDirectory directory = new();
        IPEndPoint endPoint = FreePort.Take();
        string port = endPoint.Port.ToString(CultureInfo.InvariantCulture);
        await using ServerProgram redis = await ServerProgram.StartAsync(
            "redis-server", ["--port", port, "--bind", "127.0.0.1", "--save", ""], directory.Path, endPoint);

        ToolResult stats = await Tool.RunAsync("redis-cli", ["-h", "127.0.0.1", "-p", port, "INFO", "stats"]);

        // The only one is the question itself.
        Assert.Contains("total_connections_received:1\r\n", stats.Output, StringComparison.Ordinal);
    }
}
