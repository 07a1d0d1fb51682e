namespace KestrelL4.FunctionalTests;

/// <summary>Several echo servers that stand behind one application.</summary>
public sealed class EchoUpstreams(int count) : IAsyncDisposable
{
    private readonly EchoServer[] _servers = [.. Enumerable.Range(0, count).Select(_ => new EchoServer())];

    /// <summary>Each server's connections that are open now.</summary>
    public IEnumerable<int> Open => _servers.Select(server => server.Open);

    /// <summary>Each server's connections so far.</summary>
    public IEnumerable<int> Accepted => _servers.Select(server => server.Accepted);

    /// <summary>Adds an application with these upstreams, <c>u1</c>, <c>u2</c> and so on.</summary>
    public void AddTo(NodeSetup setup, string application)
        => setup.Application(application, [.. _servers.Select(server => server.EndPoint)]);

    public async ValueTask DisposeAsync()
    {
        foreach (EchoServer server in _servers)
        {
            await server.DisposeAsync();
        }
    }
}
