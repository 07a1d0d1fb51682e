using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace KestrelL4.FunctionalTests.Upstreams;

/// <summary>An upstream may be a unix socket: a real redis behind one is reached, and shown by its path.</summary>
public sealed class UnixSocketUpstreamTests
{
    [RequiresToolFact("redis-server", "redis-cli")]
    public async Task RedisAtASocket_SetAndGet_ReadsBackWhatItWrote()
    {
        NodeSetup setup = new NodeSetup().Application("redis");
        string path = setup.Directory["redis.sock"];
        setup.Set("Applications:redis:Upstreams:local:Address", "unix:redis.sock");
        TestCertificate alice = setup.Client("alice", "redis");
        await using TestNode node = await setup.StartAsync();
        await using (TlsClient early = await node.ConnectAsync(alice, "redis"))
        {
            Assert.Equal(TlsEnd.CloseNotifyThenFin, await early.ObserveEndAsync());
        }

        IPEndPoint port = FreePort.Take();
        await using ServerProgram redis = await ServerProgram.StartAsync(
            "redis-server",
            ["--port", port.Port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--unixsocket", path, "--save", "", "--dir", setup.Directory.Path],
            setup.Directory.Path,
            port);
        (string certificate, string key) = alice.WriteTo(setup.Directory.Path, "alice");
        string authority = setup.Identity.Issuer.WriteTo(setup.Directory.Path, "node-ca.crt");
        string[] connection =
        [
            "-h", "127.0.0.1", "-p", node.EndPoint("redis").Port.ToString(CultureInfo.InvariantCulture),
            "--tls", "--cert", certificate, "--key", key, "--cacert", authority,
        ];
        string value = new('v', 1_000_000);

        ToolResult set = await Tool.RunAsync("redis-cli", [.. connection, "-x", "SET", "key"], value);
        ToolResult get = await Tool.RunAsync("redis-cli", [.. connection, "GET", "key"]);

        Assert.True(set.Output.Trim() == "OK", set.ToString());
        Assert.True(get.Output.Trim() == value, $"{get.Output.Length} characters came back; {get.Error}");
        Assert.Equal($"unix:{path}", (string?)(await node.StatusAsync())["applications"]![0]!["upstreams"]![0]!["address"]);
        await Eventually.UntilAsync(
            async () => (await node.MetricsAsync()).Sum("kestrell4_connections_total", ("reason", "completed")) == 2, "both connections completed");
        Assert.Equal(1, (await node.MetricsAsync()).Sum("kestrell4_upstream_connections_total", ("result", "unreachable")));
    }

    [Fact]
    public async Task Check_SocketIsAway_NamesThePath()
    {
        NodeSetup setup = new NodeSetup().Application("db");
        using TemporaryDirectory directory = setup.Directory;
        setup.Set("Applications:db:Upstreams:local:Address", "unix:db.sock");
        setup.Write();

        ToolResult away = await NodeExecutable.RunAsync(directory.Path, "check", "--connect", "--config", setup.ConfigurationFile);
        using Socket listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(directory["db.sock"]));
        listener.Listen();
        ToolResult there = await NodeExecutable.RunAsync(directory.Path, "check", "--connect", "--config", setup.ConfigurationFile);

        Assert.Contains($"unix:{directory["db.sock"]} was not reached: unreachable (no such path)", away.Output + away.Error, StringComparison.Ordinal);
        Assert.Equal((1, 0), (away.ExitCode, there.ExitCode));
    }
}
