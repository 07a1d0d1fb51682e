using System.Net;
using System.Net.Sockets;
using KestrelL4.Forwarding;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace KestrelL4.Server.Transport;

/// <summary>Accepts from a listening socket for Kestrel, and waits when the node lacks descriptors.</summary>
/// <param name="listening">The socket; it stays open when this listener is done with it.</param>
/// <param name="contextOf">Makes a connection of an accepted socket.</param>
/// <param name="logger">Where a shortage is told.</param>
/// <param name="time">The clock of the waits.</param>
internal sealed partial class SocketListener(
    ListeningSocket listening, Func<Socket, ConnectionContext> contextOf, ILogger logger, TimeProvider time) : IConnectionListener
{
    private static readonly TimeSpan BackOff = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Calm = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _unbound = new();
    private bool _isShort;
    private long _shortAt;

    /// <inheritdoc/>
    public EndPoint EndPoint => listening.EndPoint;

    /// <inheritdoc/>
    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        using CancellationTokenSource accepting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _unbound.Token);
        while (!_unbound.IsCancellationRequested)
        {
            try
            {
                Socket socket = await listening.Socket.AcceptAsync(accepting.Token).ConfigureAwait(false);
                ConnectionContext connection = ConnectionOf(socket);
                if (DescriptorReserve.IsTouchedByAccept(socket))
                {
                    await AwaitDescriptorsAsync().ConfigureAwait(false);
                }

                Recovered();
                return connection;
            }
            catch (SocketException exception) when (IsShortage(exception.SocketErrorCode))
            {
                // The waiting connection keeps the listener readable: without a pause this loop would spin.
                Short(exception.SocketErrorCode);
                await Task.Delay(BackOff, time, _unbound.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (SocketException) when (!_unbound.IsCancellationRequested)
            {
                // The client was gone before it was accepted: the next one is not.
            }
            catch (Exception exception) when (
                exception is ObjectDisposedException or SocketException
                || (exception is OperationCanceledException && _unbound.IsCancellationRequested))
            {
                break;
            }
        }

        return null;
    }

    /// <summary>Stops accepting; what has been accepted goes on, and what waits in the queue is left to whoever accepts next.</summary>
    public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        _unbound.Cancel();
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _unbound.Cancel();
        return ValueTask.CompletedTask;
    }

    private static bool IsShortage(SocketError error) => error is SocketError.TooManyOpenSockets or SocketError.NoBufferSpaceAvailable;

    private ConnectionContext ConnectionOf(Socket socket)
    {
        try
        {
            return contextOf(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private async ValueTask AwaitDescriptorsAsync()
    {
        while (DescriptorReserve.IsStillTouched() && !_unbound.IsCancellationRequested)
        {
            Short(SocketError.TooManyOpenSockets);
            await Task.Delay(BackOff, time, _unbound.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void Short(SocketError error)
    {
        _shortAt = time.GetTimestamp();
        if (!_isShort)
        {
            _isShort = true;
            CannotAccept(logger, EndPoint, error == SocketError.NoBufferSpaceAvailable ? "no memory for sockets" : "too many open files");
        }
    }

    private void Recovered()
    {
        // While descriptors come and go one by one, each accept is short again: that is one shortage, and one line.
        if (_isShort && time.GetElapsedTime(_shortAt) >= Calm)
        {
            _isShort = false;
            AcceptsAgain(logger, EndPoint);
        }
    }

    [LoggerMessage(1, LogLevel.Warning,
        "Cannot accept at {EndPoint}: {Problem}; connections wait until some have ended. Raise the limit of open files (ulimit -n, LimitNOFILE=)")]
    private static partial void CannotAccept(ILogger logger, EndPoint endPoint, string problem);

    [LoggerMessage(2, LogLevel.Information, "Accepting again at {EndPoint}")]
    private static partial void AcceptsAgain(ILogger logger, EndPoint endPoint);
}
