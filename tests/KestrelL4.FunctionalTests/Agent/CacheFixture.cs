using System.Net;

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

/// <summary>A node that begins with caches, and without the authority.</summary>
internal sealed class CachedNode(NodeSetup setup, FaultyLink link) : IAsyncDisposable
{
    /// <summary>Its way to the authority, refused at first.</summary>
    public FaultyLink Link => link;

    /// <summary>The path of a cached file.</summary>
    public string this[string name] => setup.Directory[$"state/authority/{name}"];

    /// <summary>Puts another token in place of the one that it has.</summary>
    public void WriteToken(string token) => setup.WriteToken(token);

    /// <summary>Starts it, and waits until it answers so.</summary>
    public Task<TestNode> StartAsync(HttpStatusCode readiness = HttpStatusCode.ServiceUnavailable) =>
        setup.StartAsync(new NodeLaunch { Readiness = readiness });

    public async ValueTask DisposeAsync()
    {
        setup.Directory.Dispose();
        await link.DisposeAsync();
    }
}
