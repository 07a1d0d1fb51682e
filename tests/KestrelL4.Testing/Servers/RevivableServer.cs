using System.Net;

namespace KestrelL4.Testing.Servers;

/// <summary>An echo server that can be stopped, and come back on the same port, which nobody else gets meanwhile.</summary>
public sealed class RevivableServer : IAsyncDisposable
{
    private EchoServer? _running;

    /// <summary>Starts it.</summary>
    public RevivableServer() => Start();

    /// <summary>Where it listens while it runs.</summary>
    public IPEndPoint EndPoint { get; } = FreePort.Take();

    /// <summary>How many connections it has accepted since it was started the last time.</summary>
    public int Accepted => _running?.Accepted ?? 0;

    /// <summary>How many connections are open now.</summary>
    public int Open => _running?.Open ?? 0;

    /// <summary>Starts it anew.</summary>
    public void Start() => _running = new EchoServer(EndPoint);

    /// <summary>Ends every connection; new ones are refused from now on.</summary>
    public async Task StopAsync()
    {
        if (_running is { } running)
        {
            _running = null;
            await running.DisposeAsync();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await StopAsync();
}
