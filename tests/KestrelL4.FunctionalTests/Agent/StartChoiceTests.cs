using System.Net;

namespace KestrelL4.FunctionalTests.Agent;

/// <summary>A start without the authority comes to what the operator chose.</summary>
public sealed class StartChoiceTests : IAsyncLifetime
{
    private const int AuthorityUnavailable = 3;

    private AuthorityScene _scene = null!;
    private FaultyLink _link = null!;

    public async Task InitializeAsync()
    {
        _scene = await AuthorityScene.StartAsync();
        _link = _scene.Link();
    }

    public async Task DisposeAsync() => await _scene.DisposeAsync();

    [Fact]
    public async Task Default_AfterAFirstRun_ServesOnTheCacheAndAnotherSectionToo()
    {
        NodeSetup setup = await _scene.PrepareAsync("edge-1", _link.EndPoint);
        await RunOnceAsync(setup);
        await _link.RefuseAsync();

        await using (WorkingNode cached = await WorkingNode.StartAsync(setup, _scene.Alice))
        {
            await cached.Node.UntilAsync("authority", "degraded");
            Assert.Equal("cache", (string?)(await cached.Node.StatusAsync())["registry"]!["source"]);
            Assert.Equal("cache", (string?)(await cached.Node.StatusAsync())["identity"]!["source"]);
            await cached.Traffic.AssertUnharmedAsync();
            await EndAsync(cached.Node);

            // Another section, and a usable identity.
            setup.Set("Authority:RenewalAttempts", 3);
            await using TestNode changed = await setup.StartAsync();
            await using TlsClient client = await changed.HoldAsync(_scene.Alice);
            await EndAsync(changed);

            // Without the identity it is a first run again.
            File.Delete(setup.Directory["state/authority/identity.pem"]);
            setup.Set("Authority:RenewalAttempts", 4);
            ToolResult result = await setup.RunToExitAsync();
            Assert.True(result.ExitCode == AuthorityUnavailable, result.ToString());
        }
    }

    [Fact]
    public async Task Exit_AlsoAfterAFirstRun_Exits()
    {
        NodeSetup setup = (await _scene.PrepareAsync("edge-1", _link.EndPoint)).Set("Authority:OnUnavailable", "Exit");
        await RunOnceAsync(setup);
        await _link.RefuseAsync();

        ToolResult result = await setup.RunToExitAsync();

        Assert.True(result.ExitCode == AuthorityUnavailable, result.ToString());
        Assert.Contains("refuses connections", Assert.Single(result.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task KeepRunning_FirstRun_WaitsAndServesAsSoonAsTheAuthorityIsThere()
    {
        await _link.RefuseAsync();
        NodeSetup setup = (await _scene.PrepareAsync("edge-1", _link.EndPoint)).Set("Authority:OnUnavailable", "KeepRunning");
        await using TestNode node = await setup.StartAsync(new NodeLaunch { Readiness = HttpStatusCode.ServiceUnavailable });
        await node.UntilAsync("authority", "degraded");
        Assert.Equal(HttpStatusCode.OK, (await node.Admin.GetAsync(new Uri("livez", UriKind.Relative))).StatusCode);
        Assert.Equal("starting", (string?)(await node.ComponentAsync("identity"))["status"]);
        await Assert.ThrowsAsync<System.Net.Sockets.SocketException>(() => SocketExtensions.ConnectAsync(node.EndPoint()));

        _link.Mend();

        await node.UntilAsync("authority", "healthy");
        await using TlsClient client = await node.HoldEventuallyAsync(_scene.Alice);
        Assert.Equal(HttpStatusCode.OK, (await node.ReadyAsync()).Code);
    }

    [Fact]
    public async Task ExitAfter_FirstRun_GivesUp()
    {
        await _link.RefuseAsync();
        NodeSetup setup = (await _scene.PrepareAsync("edge-1", _link.EndPoint)).Set("Authority:OnUnavailable", "KeepRunning").Set("Authority:ExitAfter", "2s");

        ToolResult result = await setup.RunToExitAsync();

        Assert.True(result.ExitCode == AuthorityUnavailable, result.ToString());
        Assert.Contains("was not reached once in 00:00:02", result.Error, StringComparison.Ordinal);
        setup.Directory.Dispose();
    }

    private async Task RunOnceAsync(NodeSetup setup)
    {
        TestNode node = await setup.StartAsync();
        await using TlsClient client = await node.HoldAsync(_scene.Alice);
        await EndAsync(node);
    }

    // Not disposed: that would take the directory away.
    private static async Task EndAsync(TestNode node)
    {
        node.Process.Abort();
        await node.Process.WaitForExitAsync();
    }
}
