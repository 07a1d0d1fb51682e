using System.Globalization;
using System.Net;

namespace KestrelL4.FunctionalTests.RealClients;

/// <summary>redis-cli and redis-benchmark work with a real redis-server as if it spoke mutual TLS itself.</summary>
public sealed class RedisTests : IAsyncLifetime
{
    private readonly TemporaryDirectory _directory = new();
    private ServerProgram _redis = null!;
    private RealServerNode _node = null!;

    public async Task InitializeAsync()
    {
        IPEndPoint port = FreePort.Take();
        _redis = await ServerProgram.StartAsync(
            "redis-server",
            ["--port", port.Port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--save", "", "--dir", _directory.Path],
            _directory.Path,
            port);
        _node = await RealServerNode.StartAsync(port);
    }

    public async Task DisposeAsync()
    {
        await _node.DisposeAsync();
        await _redis.DisposeAsync();
        _directory.Dispose();
    }

    [RequiresToolFact("redis-server", "redis-cli")]
    public async Task Cli_SetAndGet_ReadsBackWhatItWrote()
    {
        string value = new('v', 1_000_000);

        ToolResult set = await Tool.RunAsync("redis-cli", [.. Connection, "-x", "SET", "key"], value);
        ToolResult get = await Tool.RunAsync("redis-cli", [.. Connection, "GET", "key"]);

        Assert.True(set.Output.Trim() == "OK", set.ToString());
        Assert.True(get.Output.Trim() == value, $"{get.Output.Length} characters came back; {get.Error}");
        await _node.AllCompletedAsync();
    }

    [RequiresToolFact("redis-server", "redis-benchmark")]
    public async Task Benchmark_FiftyClientsPipelined_RunsToItsEnd()
    {
        ToolResult result = await Tool.RunAsync(
            "redis-benchmark",
            [.. Connection, "-c", "50", "-n", "20000", "-P", "8", "-t", "set,get", "--csv"],
            timeout: TimeSpan.FromMinutes(1));

        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Contains("\"SET\"", result.Output, StringComparison.Ordinal);
        Assert.Contains("\"GET\"", result.Output, StringComparison.Ordinal);
    }

    private string[] Connection =>
    [
        "-h", "127.0.0.1", "-p", _node.Port, "--tls", "--cert", _node.Certificate, "--key", _node.Key, "--cacert", _node.Authority,
    ];
}
