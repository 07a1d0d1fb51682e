using System.Net.Sockets;

namespace KestrelL4.FunctionalTests;

/// <summary>A node whose single upstream does with each connection what the running test says.</summary>
public sealed class RelayFixture : NodeFixture
{
    private readonly ScriptedServer _server;
    private volatile Func<Socket, CancellationToken, Task> _script = (_, _) => Task.CompletedTask;

    public RelayFixture() => _server = new ScriptedServer((connection, cancellationToken) => _script(connection, cancellationToken));

    /// <summary>A client that may use the application.</summary>
    public TestCertificate Alice { get; private set; } = null!;

    /// <summary>How many connections the upstream has open now.</summary>
    public int Open => _server.Open;

    /// <summary>Sets what the upstream does with the connections from now on.</summary>
    public void Script(Func<Socket, CancellationToken, Task> script) => _script = script;

    /// <summary>Connects the client.</summary>
    public Task<TlsClient> ConnectAsync() => Node.ConnectAsync(Alice);

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await _server.DisposeAsync();
    }

    protected override void Prepare(NodeSetup setup)
    {
        setup.Application("echo", _server.EndPoint);
        Alice = setup.Client("alice", "echo");
    }
}
