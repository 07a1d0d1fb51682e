using System.Net;

namespace KestrelL4.Cli.Demo;

/// <summary>What the steps of the demo act on and look at.</summary>
internal sealed class DemoScene : IDisposable
{
    /// <summary>Sets the scene around a node that serves.</summary>
    /// <param name="node">Where the application listens.</param>
    /// <param name="observer">Looks at the node.</param>
    /// <param name="files">Where the certificates are.</param>
    /// <param name="upstreams">The servers behind the node.</param>
    /// <param name="time">Tells how long something took.</param>
    public DemoScene(IPEndPoint node, NodeObserver observer, DemoFiles files, IReadOnlyList<EchoUpstream> upstreams, TimeProvider time)
    {
        Node = observer;
        Files = files;
        Time = time;
        Upstreams = upstreams;
        Alice = new DemoClient(node, files, DemoNames.Alice);
        Bob = new DemoClient(node, files, DemoNames.Bob);
        Mallory = new DemoClient(node, files, DemoNames.Mallory);
        Stranger = new DemoClient(node, files, name: null);
    }

    /// <summary>Looks at the node.</summary>
    public NodeObserver Node { get; }

    /// <summary>The configuration and the CA.</summary>
    public DemoFiles Files { get; }

    /// <summary>Tells how long something took.</summary>
    public TimeProvider Time { get; }

    /// <summary>The servers behind the node.</summary>
    public IReadOnlyList<EchoUpstream> Upstreams { get; }

    /// <summary>Registered, with a grant and a limit of its own.</summary>
    public DemoClient Alice { get; }

    /// <summary>Registered, without a grant at first.</summary>
    public DemoClient Bob { get; }

    /// <summary>With a certificate of the same CA, not registered.</summary>
    public DemoClient Mallory { get; }

    /// <summary>Without a certificate.</summary>
    public DemoClient Stranger { get; }

    /// <summary>How many connections the upstreams themselves have accepted.</summary>
    public int AcceptedByUpstreams => Upstreams.Sum(static upstream => upstream.Accepted);

    /// <inheritdoc/>
    public void Dispose()
    {
        Node.Dispose();
        Alice.Dispose();
        Bob.Dispose();
        Mallory.Dispose();
        Stranger.Dispose();
    }
}
