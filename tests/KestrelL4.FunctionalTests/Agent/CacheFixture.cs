namespace KestrelL4.FunctionalTests.Agent;

/// <summary>A node has joined and ended: each test works on a copy of what it kept.</summary>
public sealed class CacheFixture : IAsyncLifetime
{
    private NodeSetup _setup = null!;

    internal AuthorityScene Scene { get; private set; } = null!;

    /// <summary>The token by which the node joined.</summary>
    internal string Token { get; private set; } = "";

    /// <summary>A registry that is signed, and older than the one that was kept.</summary>
    internal byte[] OlderRegistry { get; private set; } = [];

    public async Task InitializeAsync()
    {
        Scene = await AuthorityScene.StartAsync();
        _setup = await Scene.PrepareAsync("edge-1");
        Token = (await File.ReadAllTextAsync(_setup.Directory["token"])).Trim();
        TestNode node = await _setup.StartAsync();
        OlderRegistry = await File.ReadAllBytesAsync(_setup.Directory["state/authority/registry.snapshot"]);
        TestCertificate bob = Scene.NewCertificate("bob");
        await Scene.RegisterAsync("bob", bob);
        await using TlsClient client = await node.HoldEventuallyAsync(bob);
        node.Process.Terminate();
        client.Reset();
        await node.Process.WaitForExitAsync();
    }

    public async Task DisposeAsync()
    {
        _setup.Directory.Dispose();
        await Scene.DisposeAsync();
    }

    /// <summary>A node with a copy of the caches, whose way to the authority is refused.</summary>
    internal async Task<CachedNode> CopyAsync()
    {
        FaultyLink link = Scene.Link();
        await link.RefuseAsync();
        NodeSetup setup = (await Scene.PrepareAsync("edge-1", link.EndPoint)).Set("Authority:OnUnavailable", "KeepRunning");
        ToolResult copied = await Tool.RunAsync("cp", ["--archive", _setup.Directory["state"], setup.Directory["state"]]);
        Assert.Equal(0, copied.ExitCode);
        return new CachedNode(setup, link);
    }
}
