using System.Collections.Concurrent;
using System.Net.Sockets;
using KestrelL4.Forwarding;
using KestrelL4.Server.Ports;

namespace KestrelL4.Cli.Connecting;

/// <summary>A local port, or a few, each of whose plain connections becomes one to a server over mutual TLS.</summary>
/// <param name="server">Where to.</param>
/// <param name="files">As whom.</param>
/// <param name="tell">Is told what goes wrong, for people.</param>
/// <param name="time">The clock.</param>
internal sealed class LocalPort(ServerAddress server, ClientFilesInForce files, Action<string> tell, TimeProvider time)
{
    private static readonly TimeSpan BackOff = TimeSpan.FromMilliseconds(100);

    private readonly ConcurrentDictionary<ServerConnection, Task> _open = new();

    /// <summary>Accepts until told to stop, then gives the open connections a moment and cuts the rest.</summary>
    /// <param name="bound">Where it accepts; closed at the end.</param>
    /// <param name="patience">How long the open ones may go on.</param>
    /// <param name="stop">The first signal, and the one that ends all patience.</param>
    /// <returns>How many connections had to be cut.</returns>
    public async Task<int> ServeAsync(BoundAddress bound, TimeSpan patience, (CancellationToken First, CancellationToken Second) stop)
    {
        using (bound)
        {
            await Task.WhenAll(bound.Sockets.Select(socket => AcceptAsync(socket.Socket, stop.First)));
        }

        if (!_open.IsEmpty)
        {
            tell($"open connections: {_open.Count}; they have {patience.TotalSeconds:0} s, or until the next signal");
        }

        await Task.WhenAll(_open.Values).WaitAsync(patience, time, stop.Second).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        ServerConnection[] left = [.. _open.Keys];
        foreach (ServerConnection connection in left)
        {
            connection.Cut();
        }

        await Task.WhenAll(_open.Values);
        return left.Length;
    }

    private async Task AcceptAsync(Socket listener, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                Begin(await listener.AcceptAsync(stop));
            }
            catch (SocketException exception)
            {
                // Whoever is gone before it was accepted is no loss; what lacks, such as descriptors, comes back only in time.
                bool isGone = exception.SocketErrorCode is SocketError.ConnectionAborted or SocketError.ConnectionReset;
                await Task.Delay(isGone ? TimeSpan.Zero : BackOff, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private void Begin(Socket socket)
    {
        if (socket.ProtocolType == ProtocolType.Tcp)
        {
            socket.NoDelay = true;
        }

        ServerConnection connection = new(server, files.Current(tell));
        TaskCompletionSource done = new();
        _open[connection] = done.Task;
        _ = CarryAsync(connection, socket, done);
    }

    private async Task CarryAsync(ServerConnection connection, Socket socket, TaskCompletionSource done)
    {
        ServerConnectionEnd end = await connection.RunAsync(new SocketRelayEnd(socket), socket.RemoteEndPoint);
        _open.TryRemove(connection, out _);
        done.SetResult();
        if (end.Problem is { } problem)
        {
            tell(problem);
        }
    }
}
