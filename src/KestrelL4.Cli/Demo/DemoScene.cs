using System.Net;

namespace KestrelL4.Cli.Demo;

/// <summary>What the steps of the demo act on and look at.</summary>
/// <param name="node">Where the application listens.</param>
/// <param name="files">The configuration and the CA.</param>
internal sealed class DemoScene(IPEndPoint node, DemoFiles files) : IDisposable
{
    /// <summary>Looks at the node.</summary>
    public required NodeObserver Node { get; init; }

    /// <summary>Issues the node's identity and serves its registry.</summary>
    public required DemoAuthority Authority { get; init; }

    /// <summary>Tells how long something took.</summary>
    public required TimeProvider Time { get; init; }

    /// <summary>The servers behind the node at first.</summary>
    public required IReadOnlyList<EchoUpstream> Upstreams { get; init; }

    /// <summary>A server that comes later.</summary>
    public required EchoUpstream Spare { get; init; }

    /// <summary>The node's configuration with that server.</summary>
    public required string ConfigurationWithSpare { get; init; }

    /// <summary>The configuration and the CA.</summary>
    public DemoFiles Files => files;

    /// <summary>Registered, with a grant and a limit of its own.</summary>
    public DemoClient Alice { get; } = new(node, files, DemoNames.Alice);

    /// <summary>Registered, without a grant at first.</summary>
    public DemoClient Bob { get; } = new(node, files, DemoNames.Bob);

    /// <summary>Registered, with a grant, until she is revoked.</summary>
    public DemoClient Carol { get; } = new(node, files, DemoNames.Carol);

    /// <summary>With a certificate of the same CA, not registered.</summary>
    public DemoClient Mallory { get; } = new(node, files, DemoNames.Mallory);

    /// <summary>Without a certificate.</summary>
    public DemoClient Stranger { get; } = new(node, files, name: null);

    /// <summary>How many connections the upstreams themselves have accepted.</summary>
    public int AcceptedByUpstreams => Upstreams.Sum(static upstream => upstream.Accepted);

    /// <inheritdoc/>
    public void Dispose()
    {
        Node.Dispose();
        Array.ForEach([Alice, Bob, Carol, Mallory, Stranger], static client => client.Dispose());
    }
}
