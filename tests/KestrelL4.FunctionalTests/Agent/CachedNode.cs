using System.Net;

namespace KestrelL4.FunctionalTests.Agent;

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
