using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using KestrelL4.Forwarding;
using KestrelL4.OpenSsl;
using KestrelL4.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

namespace KestrelL4.Server.Transport;

/// <summary>One accepted connection as Kestrel sees it, with pipes that read and write the socket itself.</summary>
/// <remarks>
/// Kestrel's own receives 4,096 bytes at a time through a pipe and a task of its own, which cost up to twice the CPU of a
/// relayed upload; and what it still queues is lost when a socket is shut down, so a half-close could not be exact.
/// </remarks>
internal sealed class SocketConnection : ConnectionContext, IConnectionSocketFeature, ITlsHandover
{
    private readonly SocketPipeReader _input;
    private readonly SocketPipeWriter _output;
    private readonly CancellationTokenSource _closed = new();
    private CancellationTokenSource? _handshake;
    private IDictionary<object, object?>? _items;
    private int _disposed;

    public SocketConnection(Socket accepted)
    {
        RelaySocket socket = RelaySocket.Of(accepted);
        RelaySocket = socket;
        if (socket.ProtocolType == ProtocolType.Tcp)
        {
            socket.NoDelay = true;
            KeepAlive.Enable(socket);
        }

        ConnectionId = ConnectionIds.Next();
        LocalEndPoint = socket.LocalEndPoint;
        RemoteEndPoint = PeerOf(socket);
        ConnectionClosed = _closed.Token;
        _input = new SocketPipeReader(socket);
        _output = new SocketPipeWriter(socket);
        Transport = new Duplex(_input, _output);
        Features = new FeatureCollection(initialCapacity: 12);
        Features.Set<IConnectionSocketFeature>(this);
        Features.Set(this);
        Features.Set<ITlsHandover>(this);
        Features.Set(_input.Turn);
        DescriptorReserve.Enter();
    }

    /// <inheritdoc/>
    public Socket Socket => RelaySocket;

    /// <inheritdoc/>
    public RelaySocket RelaySocket { get; }

    /// <inheritdoc/>
    public SessionCapture Capture { get; } = new();

    /// <inheritdoc cref="SocketPipeReader.HasPeerLeft"/>
    public bool HasPeerLeft => _input.HasPeerLeft;

    /// <inheritdoc cref="SocketPipeReader.WasReadCancelled"/>
    public bool WasReadCancelled => _input.WasReadCancelled;

    /// <summary>Whether a read waits for the peer, and nothing of it has arrived.</summary>
    public bool AwaitsPeer
    {
        get
        {
            try
            {
                return _input.AwaitsPeer && Socket.Available == 0;
            }
            catch (Exception exception) when (BrokenSocket.Is(exception))
            {
                return false;
            }
        }
    }

    /// <inheritdoc/>
    public override IDuplexPipe Transport { get; set; }

    /// <inheritdoc/>
    public override string ConnectionId { get; set; }

    /// <inheritdoc/>
    public override IFeatureCollection Features { get; }

    /// <inheritdoc/>
    public override IDictionary<object, object?> Items
    {
        get => _items ??= new Dictionary<object, object?>();
        set => _items = value;
    }

    /// <summary>Has every read fail, as cancelled, once the time for the handshake is over.</summary>
    /// <param name="timeout">The time from now on.</param>
    /// <param name="time">Its clock.</param>
    public void BeginHandshake(TimeSpan timeout, TimeProvider time)
    {
        _handshake = new CancellationTokenSource(TimerBounds.Bound(timeout), time);
        _input.Deadline = _handshake.Token;
    }

    /// <inheritdoc/>
    public void TakeOver() => _input.TakeOver();

    /// <inheritdoc/>
    public int TakeRest(Span<byte> into) => _input.TakeRest(into);

    /// <summary>Gives reads one TLS record at a time, until the handshake is over.</summary>
    public void GiveRecords() => _input.GivesRecords = true;

    /// <summary>Lets reads wait again as long as they like. While no read is pending.</summary>
    public void EndHandshake()
    {
        _input.Deadline = CancellationToken.None;
        _input.GivesRecords = false;
        _handshake?.Dispose();
        _handshake = null;
    }

    /// <inheritdoc/>
    public override void Abort(ConnectionAbortedException abortReason) => SocketEnding.Abort(Socket);

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            DescriptorReserve.Leave();
        }

        Socket.Dispose();
        Capture.Dispose();
        await _input.CompleteAsync().ConfigureAwait(false);
        await _output.CompleteAsync().ConfigureAwait(false);
        EndHandshake();
        await _closed.CancelAsync().ConfigureAwait(false);
        _closed.Dispose();
        await base.DisposeAsync().ConfigureAwait(false);
    }

    // A client over IPv4 at a listener of both families has its own address; one at a unix socket has none.
    private static IPEndPoint? PeerOf(Socket socket) => socket.RemoteEndPoint switch
    {
        IPEndPoint { Address.IsIPv4MappedToIPv6: true } mapped => new IPEndPoint(mapped.Address.MapToIPv4(), mapped.Port),
        IPEndPoint peer => peer,
        _ => null,
    };

    private sealed record Duplex(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
