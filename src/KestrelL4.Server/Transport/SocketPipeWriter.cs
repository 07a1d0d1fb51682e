using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using KestrelL4.Sockets;

namespace KestrelL4.Server.Transport;

/// <summary>Writes a socket as a pipe: a write is sent from the caller's memory and complete when the kernel has all of it.</summary>
/// <remarks>One write at a time.</remarks>
internal sealed class SocketPipeWriter(RelaySocket socket) : PipeWriter
{
    private const int SmallestBuffer = 4 * 1024;

    private byte[]? _buffer;
    private int _written;

    /// <inheritdoc/>
    public override ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default) =>
        _written == 0 ? SendAsync(source, cancellationToken) : SendBothAsync(source, cancellationToken);

    /// <inheritdoc/>
    public override Memory<byte> GetMemory(int sizeHint = 0)
    {
        int needed = Math.Max(SmallestBuffer, _written + Math.Max(sizeHint, 1));
        if (_buffer is null || _buffer.Length < needed)
        {
            byte[] larger = ArrayPool<byte>.Shared.Rent(needed);
            _buffer.AsSpan(0, _written).CopyTo(larger);
            ReturnBuffer();
            _buffer = larger;
        }

        return _buffer.AsMemory(_written);
    }

    /// <inheritdoc/>
    public override Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    /// <inheritdoc/>
    public override void Advance(int bytes) => _written += bytes;

    /// <inheritdoc/>
    public override async ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        if (_written == 0)
        {
            return default;
        }

        FlushResult result = await SendAsync(_buffer.AsMemory(0, _written), cancellationToken).ConfigureAwait(false);
        _written = 0;
        ReturnBuffer();
        return result;
    }

    /// <inheritdoc/>
    public override void CancelPendingFlush() => throw new NotSupportedException("A pending write ends by its token or with its socket.");

    /// <inheritdoc/>
    public override void Complete(Exception? exception = null)
    {
        // A write of a connection that was cut may be ending on another thread: only a writer gives a buffer back.
    }

    private async ValueTask<FlushResult> SendBothAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken)
    {
        await FlushAsync(cancellationToken).ConfigureAwait(false);
        return await SendAsync(source, cancellationToken).ConfigureAwait(false);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<FlushResult> SendAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken)
    {
        try
        {
            await socket.WriteAsync(source, cancellationToken).ConfigureAwait(false);

            return default;
        }
        catch (Exception exception) when (BrokenSocket.Is(exception))
        {
            throw BrokenSocket.AsKestrelKnowsIt(exception);
        }
    }

    private void ReturnBuffer()
    {
        if (_buffer is not null)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = null;
        }
    }
}
