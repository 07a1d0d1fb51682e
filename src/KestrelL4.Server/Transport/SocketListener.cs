using System.Net;
using System.Net.Sockets;
using KestrelL4.Forwarding;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace KestrelL4.Server.Transport;

/// <summary>A listening socket that gives its connections to Kestrel, and waits when the node lacks descriptors.</summary>
internal sealed partial class SocketListener : IConnectionListener
{
    // The kernel lowers it to net.core.somaxconn; a short queue drops the first packets of a burst of clients.
    private const int Backlog = 4096;

    private const UnixFileMode SocketMode =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite;

    private static readonly TimeSpan BackOff = TimeSpan.FromMilliseconds(100);

    private readonly Socket _socket;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _unbound = new();
    private bool _isShort;

    private SocketListener(Socket socket, EndPoint endPoint, ILogger logger, TimeProvider time)
    {
        _socket = socket;
        EndPoint = endPoint;
        _logger = logger;
        _time = time;
    }

    /// <inheritdoc/>
    public EndPoint EndPoint { get; }

    /// <summary>Binds an IP or unix-socket end point and listens.</summary>
    /// <exception cref="AddressInUseException">Somebody listens there already.</exception>
    /// <exception cref="SocketException">The address cannot be bound.</exception>
    public static SocketListener Bind(EndPoint endPoint, ILogger logger, TimeProvider time)
    {
        ProtocolType protocol = endPoint is UnixDomainSocketEndPoint ? ProtocolType.Unspecified : ProtocolType.Tcp;
        Socket socket = new(endPoint.AddressFamily, SocketType.Stream, protocol);
        try
        {
            if (endPoint is IPEndPoint { Address: { } address } && address.Equals(IPAddress.IPv6Any))
            {
                socket.DualMode = true;
            }

            if (endPoint is UnixDomainSocketEndPoint path)
            {
                UnixSocketFile.RemoveStale(path);
            }

            socket.Bind(endPoint);
            if (endPoint is UnixDomainSocketEndPoint)
            {
                File.SetUnixFileMode(endPoint.ToString()!, SocketMode);
            }

            socket.Listen(Backlog);
            return new SocketListener(socket, socket.LocalEndPoint ?? endPoint, logger, time);
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            socket.Dispose();
            throw new AddressInUseException(exception.Message, exception);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        while (!_unbound.IsCancellationRequested)
        {
            try
            {
                Socket socket = await _socket.AcceptAsync(cancellationToken).ConfigureAwait(false);
                if (DescriptorReserve.IsTouchedByAccept(socket))
                {
                    await AwaitDescriptorsAsync().ConfigureAwait(false);
                }

                Recovered();
                return new SocketConnection(socket);
            }
            catch (SocketException exception) when (IsShortage(exception.SocketErrorCode))
            {
                // The waiting connection keeps the listener readable: without a pause this loop would spin.
                Short(exception.SocketErrorCode);
                await Task.Delay(BackOff, _time, _unbound.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (SocketException) when (!_unbound.IsCancellationRequested)
            {
                // The client was gone before it was accepted: the next one is not.
            }
            catch (Exception exception) when (exception is ObjectDisposedException or SocketException)
            {
                break;
            }
        }

        return null;
    }

    /// <inheritdoc/>
    public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        _unbound.Cancel();
        _socket.Dispose();
        if (EndPoint is UnixDomainSocketEndPoint)
        {
            File.Delete(EndPoint.ToString()!);
        }

        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _socket.Dispose();
        _unbound.Dispose();
        return ValueTask.CompletedTask;
    }

    private static bool IsShortage(SocketError error) => error is SocketError.TooManyOpenSockets or SocketError.NoBufferSpaceAvailable;

    private async ValueTask AwaitDescriptorsAsync()
    {
        while (DescriptorReserve.IsStillTouched() && !_unbound.IsCancellationRequested)
        {
            Short(SocketError.TooManyOpenSockets);
            await Task.Delay(BackOff, _time, _unbound.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void Short(SocketError error)
    {
        if (!_isShort)
        {
            _isShort = true;
            CannotAccept(_logger, EndPoint, error == SocketError.NoBufferSpaceAvailable ? "no memory for sockets" : "too many open files");
        }
    }

    private void Recovered()
    {
        if (_isShort)
        {
            _isShort = false;
            AcceptsAgain(_logger, EndPoint);
        }
    }

    [LoggerMessage(1, LogLevel.Warning,
        "Cannot accept at {EndPoint}: {Problem}; connections wait until some have ended. Raise the limit of open files (ulimit -n, LimitNOFILE=)")]
    private static partial void CannotAccept(ILogger logger, EndPoint endPoint, string problem);

    [LoggerMessage(2, LogLevel.Information, "Accepting again at {EndPoint}")]
    private static partial void AcceptsAgain(ILogger logger, EndPoint endPoint);
}
