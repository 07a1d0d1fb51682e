using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace KestrelL4.Testing.Servers;

/// <summary>A link to a server that fails in the ways in which links fail, and is mended: a port that passes bytes on, until it is told otherwise.</summary>
public sealed class FaultyLink : IAsyncDisposable
{
    private readonly ConcurrentDictionary<Conduit, byte> _open = new();
    private volatile TaskCompletionSource _flow = NewFlow();
    private volatile IPEndPoint _server;
    private TimeSpan _delay;
    private Passage? _passage;
    private int _accepted;

    /// <summary>Leads to a server from now on.</summary>
    public FaultyLink(IPEndPoint server)
    {
        _server = server;
        _flow.SetResult();
        _passage = new Passage(this);
    }

    /// <summary>Where it begins.</summary>
    public IPEndPoint EndPoint { get; } = FreePort.Take();

    /// <summary>How many connections have come.</summary>
    public int Accepted => Volatile.Read(ref _accepted);

    /// <summary>Closes the port, and resets every open connection.</summary>
    public async Task RefuseAsync()
    {
        if (_passage is { } passage)
        {
            _passage = null;
            Cut();
            await passage.DisposeAsync();
        }
    }

    /// <summary>Lets nothing through any more in either direction, neither bytes nor ends; connections are still accepted.</summary>
    public void Silence()
    {
        if (_flow.Task.IsCompleted)
        {
            _flow = NewFlow();
        }
    }

    /// <summary>Lets nothing through any more on the connections that are open; new ones work.</summary>
    public void SilenceOpen()
    {
        foreach (Conduit conduit in _open.Keys)
        {
            conduit.Flow = NewFlow();
        }
    }

    /// <summary>Has whatever is sent wait that long on its way, in each direction.</summary>
    public void Delay(TimeSpan delay) => _delay = delay;

    /// <summary>Resets every open connection.</summary>
    public void Cut()
    {
        foreach (Conduit conduit in _open.Keys)
        {
            conduit.Reset();
        }
    }

    /// <summary>Leads to another server, and resets every open connection.</summary>
    public void Redirect(IPEndPoint server)
    {
        _server = server;
        Cut();
    }

    /// <summary>Opens the port, lets through what was held up, and delays nothing.</summary>
    public void Mend()
    {
        _delay = TimeSpan.Zero;
        _flow.TrySetResult();
        foreach (Conduit conduit in _open.Keys)
        {
            conduit.Flow.TrySetResult();
        }

        _passage ??= new Passage(this);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await RefuseAsync();

    private static TaskCompletionSource NewFlow() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task LeadAsync(Socket near, CancellationToken cancellation)
    {
        Interlocked.Increment(ref _accepted);
        await _flow.Task.WaitAsync(cancellation);
        using Socket far = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        Conduit conduit = new(near, far) { Flow = _flow };
        _open[conduit] = 0;
        try
        {
            await far.ConnectAsync(_server, cancellation);
            await Task.WhenAll(PumpAsync(near, far, conduit, cancellation), PumpAsync(far, near, conduit, cancellation));
        }
        catch (SocketException)
        {
            conduit.Reset();
        }
        finally
        {
            _open.TryRemove(conduit, out _);
        }
    }

    private async Task PumpAsync(Socket from, Socket to, Conduit conduit, CancellationToken cancellation)
    {
        try
        {
            byte[] buffer = new byte[64 * 1024];
            int count;
            do
            {
                count = await from.ReceiveAsync(buffer, cancellation);
                await Task.Delay(_delay, cancellation);
                await _flow.Task.WaitAsync(cancellation);
                await conduit.Flow.Task.WaitAsync(cancellation);
                await to.SendAllAsync(buffer.AsMemory(0, count), cancellation);
            }
            while (count > 0);
            to.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
            // The other direction ends with it.
            conduit.Reset();
        }
    }

    // Both ends of one connection.
    private sealed class Conduit(Socket near, Socket far)
    {
        private volatile TaskCompletionSource? _flow;

        public required TaskCompletionSource Flow
        {
            get => _flow!;
            set => _flow = value;
        }

        public void Reset()
        {
            Reset(near);
            Reset(far);
        }

        // It may have ended by itself meanwhile.
        private static void Reset(Socket socket)
        {
            try
            {
                socket.Reset();
            }
            catch (ObjectDisposedException)
            {
            }
        }
    }

    private sealed class Passage : LoopbackServer
    {
        private readonly FaultyLink _link;

        public Passage(FaultyLink link)
            : base(link.EndPoint)
        {
            _link = link;
            Start();
        }

        protected override Task ServeAsync(Socket connection, CancellationToken cancellationToken) => _link.LeadAsync(connection, cancellationToken);
    }
}
