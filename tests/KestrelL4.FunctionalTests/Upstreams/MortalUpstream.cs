using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace KestrelL4.FunctionalTests.Upstreams;

/// <summary>An echo server that can be killed, and revived at the same port: its connections are reset, as by a machine that vanished.</summary>
/// <remarks>The first bytes on each connection are its name, so that a client knows where it is.</remarks>
internal sealed class MortalUpstream : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly HashSet<Socket> _open = [];
    private readonly List<Task> _work = [];
    private readonly List<long> _deaths = [];
    private readonly byte[] _name;
    private Socket? _listener;

    /// <summary>Begins to live.</summary>
    /// <param name="name">Its name, two letters long.</param>
    public MortalUpstream(string name)
    {
        _name = Encoding.ASCII.GetBytes(name);
        Revive();
    }

    /// <summary>Where it lives.</summary>
    public IPEndPoint EndPoint { get; } = FreePort.Take();

    /// <summary>How many connections it has.</summary>
    public int Open
    {
        get
        {
            lock (_gate)
            {
                return _open.Count;
            }
        }
    }

    /// <summary>Whether it died between two moments of <see cref="Stopwatch"/>.</summary>
    public bool DiedWithin(long from, long to)
    {
        lock (_gate)
        {
            return _deaths.Exists(death => from <= death && death <= to);
        }
    }

    /// <summary>Resets every connection and closes the port.</summary>
    /// <returns>How many connections that were.</returns>
    public int Kill()
    {
        lock (_gate)
        {
            _deaths.Add(Stopwatch.GetTimestamp());
            _listener!.Dispose();
            _listener = null;
            int killed = _open.Count;
            foreach (Socket connection in _open)
            {
                connection.Reset();
            }

            _open.Clear();
            return killed;
        }
    }

    /// <summary>Opens the port again.</summary>
    public void Revive()
    {
        Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        listener.Bind(EndPoint);
        listener.Listen(1024);
        lock (_gate)
        {
            _listener = listener;
            _work.Add(AcceptAsync(listener));
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_listener is not null)
        {
            Kill();
        }

        await Task.WhenAll(_work);
    }

    private async Task AcceptAsync(Socket listener)
    {
        await Task.Yield();
        try
        {
            while (true)
            {
                Socket connection = await listener.AcceptAsync();
                lock (_gate)
                {
                    if (_listener != listener)
                    {
                        connection.Reset();
                        return;
                    }

                    _open.Add(connection);
                    _work.RemoveAll(static work => work.IsCompletedSuccessfully);
                    _work.Add(ServeAsync(connection));
                }
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // It was killed.
        }
    }

    private async Task ServeAsync(Socket connection)
    {
        byte[] buffer = new byte[4096];
        try
        {
            await connection.SendAllAsync(_name, CancellationToken.None);
            int count;
            while ((count = await connection.ReceiveAsync(buffer)) > 0)
            {
                await connection.SendAllAsync(buffer.AsMemory(0, count), CancellationToken.None);
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // It was killed, or the node let go of it.
        }

        lock (_gate)
        {
            _open.Remove(connection);
        }

        connection.Dispose();
    }
}
