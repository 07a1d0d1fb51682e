using System.Net;

namespace KestrelL4.FunctionalTests.HealthChecks;

/// <summary>Probes agree with real servers about how they are.</summary>
public sealed class RealServerProbeTests
{
    [RequiresToolTheory("nginx")]
    [InlineData("Tcp", "tcp probe: refused")]
    [InlineData("Http", "http probe: refused")]
    public async Task Nginx_StopsAndComesBack_IsDownAndAvailableAgain(string probe, string reason)
    {
        using TemporaryDirectory directory = new();
        IPEndPoint port = FreePort.Take();
        NodeSetup setup = Setup(port, probe);
        if (probe == "Http")
        {
            setup.Set("Applications:echo:HealthCheck:Active:Path", "/healthz");
        }

        ServerProgram nginx = await StartNginxAsync(directory, port);
        await using TestNode node = await setup.StartAsync();
        await nginx.DisposeAsync();
        Assert.Equal(reason, (await node.UntilUpstreamAsync("echo", "u1", "down")).Reason);

        nginx = await StartNginxAsync(directory, port);
        await node.UntilUpstreamAsync("echo", "u1", "available");
        await nginx.DisposeAsync();
    }

    [RequiresToolFact("haproxy")]
    public async Task Haproxy_ServesNobody_IsDownByItsOwnWord()
    {
        using TemporaryDirectory directory = new();
        await using RevivableServer backend = new();
        IPEndPoint port = FreePort.Take();
        string configuration = directory.Write("haproxy.cfg", Haproxy(port, backend.EndPoint));
        await using ServerProgram haproxy = await ServerProgram.StartAsync("/usr/sbin/haproxy", ["-db", "-f", configuration], directory.Path, port);
        NodeSetup setup = Setup(port, "Http").Set("Applications:echo:HealthCheck:Active:Path", "/healthz").Set("Applications:echo:ProxyProtocol:Send", "V2");
        await using TestNode node = await setup.StartAsync();
        Assert.Equal("available", (await node.UpstreamAsync("echo", "u1")).Status);

        await backend.StopAsync();
        Assert.Equal("http probe: 503", (await node.UntilUpstreamAsync("echo", "u1", "down")).Reason);

        backend.Start();
        await node.UntilUpstreamAsync("echo", "u1", "available");
    }

    private static NodeSetup Setup(IPEndPoint upstream, string probe) => new NodeSetup().Application("echo", upstream)
        .Set("Applications:echo:HealthCheck:Active:Probe", probe)
        .Set("Applications:echo:HealthCheck:Active:Interval", "200ms");

    private static Task<ServerProgram> StartNginxAsync(TemporaryDirectory directory, IPEndPoint port) => Nginx.ServeHttpAsync(
        directory, port, $$"""listen {{port}}; location = /healthz { return 204; } location / { return 404; }""");

    // It takes PROXY headers, so a probe without one would be refused.
    private static string Haproxy(IPEndPoint port, IPEndPoint backend) =>
        $"""
        global
          stats timeout 1s
        defaults
          mode http
          timeout connect 1s
          timeout client 5s
          timeout server 5s
        frontend front
          bind {port} accept-proxy
          acl dead nbsrv(back) lt 1
          monitor-uri /healthz
          monitor fail if dead
          default_backend back
        backend back
          option tcp-check
          server one {backend} check inter 100ms fall 1 rise 1

        """;
}
