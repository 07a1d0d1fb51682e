using System.Net.Sockets;

namespace KestrelL4.Testing.Servers;

/// <summary>Does with each connection what the test says.</summary>
public sealed class ScriptedServer : LoopbackServer
{
    private readonly Func<Socket, CancellationToken, Task> _script;

    /// <summary>Starts it; the connection is closed when its script ends.</summary>
    public ScriptedServer(Func<Socket, CancellationToken, Task> script)
    {
        _script = script;
        Start();
    }

    /// <inheritdoc/>
    protected override Task ServeAsync(Socket connection, CancellationToken cancellationToken) => _script(connection, cancellationToken);
}
