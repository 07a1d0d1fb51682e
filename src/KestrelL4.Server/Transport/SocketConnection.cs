using System.IO.Pipelines;
using System.Net.Sockets;
using KestrelL4.Forwarding;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

namespace KestrelL4.Server.Transport;

/// <summary>One accepted connection as Kestrel sees it.</summary>
internal sealed class SocketConnection : ConnectionContext, IConnectionSocketFeature
{
    private readonly SocketPipeReader _input;
    private readonly SocketPipeWriter _output;
    private readonly CancellationTokenSource _closed = new();
    private IDictionary<object, object?>? _items;

    public SocketConnection(Socket socket)
    {
        Socket = socket;
        if (socket.ProtocolType == ProtocolType.Tcp)
        {
            socket.NoDelay = true;
            KeepAlive.Enable(socket);
        }

        ConnectionId = ConnectionIds.Next();
        LocalEndPoint = socket.LocalEndPoint;
        RemoteEndPoint = socket.RemoteEndPoint;
        ConnectionClosed = _closed.Token;
        _input = new SocketPipeReader(socket);
        _output = new SocketPipeWriter(socket);
        Transport = new Duplex(_input, _output);
        Features = new FeatureCollection(initialCapacity: 12);
        Features.Set<IConnectionSocketFeature>(this);
        Features.Set(this);
    }

    /// <inheritdoc/>
    public Socket Socket { get; }

    /// <summary>Whether the client has ended or reset the connection, as far as it was read.</summary>
    public bool HasPeerLeft => _input.HasPeerLeft;

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

    /// <inheritdoc/>
    public override void Abort(ConnectionAbortedException abortReason) => SocketEnding.Abort(Socket);

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        Socket.Dispose();
        await _input.CompleteAsync().ConfigureAwait(false);
        await _output.CompleteAsync().ConfigureAwait(false);
        await _closed.CancelAsync().ConfigureAwait(false);
        _closed.Dispose();
        await base.DisposeAsync().ConfigureAwait(false);
    }

    private sealed record Duplex(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
