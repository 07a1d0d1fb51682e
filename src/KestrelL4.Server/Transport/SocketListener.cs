using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace KestrelL4.Server.Transport;

/// <summary>Accepts from a listening socket for Kestrel, and waits when the node lacks descriptors or memory.</summary>
/// <param name="listening">The socket; it stays open when this listener is done with it.</param>
/// <param name="contextOf">Makes a connection of an accepted socket.</param>
/// <param name="admission">Whether to go on accepting.</param>
/// <param name="logger">Where a shortage is told.</param>
/// <param name="time">The clock of the waits.</param>
internal sealed partial class SocketListener(
    ListeningSocket listening, Func<Socket, ConnectionContext> contextOf, IAdmission admission, ILogger logger, TimeProvider time)
    : IConnectionListener
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
                await AwaitAdmissionAsync(socket).ConfigureAwait(false);
                Recovered();
                return connection;
            }
            catch (SocketException exception) when (AcceptError.IsOfOneClient(exception.SocketErrorCode))
            {
                // The client was gone before it was accepted: the next one is not.
            }
            catch (Exception exception) when (!_unbound.IsCancellationRequested && AcceptError.WaitFor(exception) is not null)
            {
                // The waiting connection keeps the listener readable: without a pause this loop would spin.
                await WaitAsync(AcceptError.WaitFor(exception)!.Value).ConfigureAwait(false);
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

    private async ValueTask AwaitAdmissionAsync(Socket accepted)
    {
        for (AcceptWait? wait = admission.WaitAfter(accepted); wait is { } cause && !_unbound.IsCancellationRequested; wait = admission.StillWaits())
        {
            await WaitAsync(cause).ConfigureAwait(false);
        }
    }

    private async ValueTask WaitAsync(AcceptWait cause)
    {
        admission.Note(cause);
        _shortAt = time.GetTimestamp();
        if (!_isShort)
        {
            _isShort = true;
            CannotAccept(logger, EndPoint, cause.Sentence());
        }

        await Task.Delay(BackOff, time, _unbound.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
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

    [LoggerMessage(1, LogLevel.Warning, "Cannot accept at {EndPoint}: {Problem}")]
    private static partial void CannotAccept(ILogger logger, EndPoint endPoint, string problem);

    [LoggerMessage(2, LogLevel.Information, "Accepting again at {EndPoint}")]
    private static partial void AcceptsAgain(ILogger logger, EndPoint endPoint);
}
