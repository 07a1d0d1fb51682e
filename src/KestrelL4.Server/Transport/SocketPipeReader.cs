using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using KestrelL4.Sockets;

namespace KestrelL4.Server.Transport;

/// <summary>Reads a socket as a pipe: no copy, no task of its own, and no buffer while nothing comes.</summary>
/// <remarks>One read at a time. What was examined but not consumed stays at hand, up to one buffer.</remarks>
internal sealed class SocketPipeReader(RelaySocket socket) : PipeReader
{
    private const int RecordHeader = 5;

    private byte[]? _buffer;
    private int _start;
    private int _end;
    private int _recordLeft;
    private bool _isExamined;
    private bool _hasEnded;
    private bool _isTaken;
    private volatile bool _isReceiving;

    /// <summary>Whether the peer has ended or reset the connection, or given it up by a TLS alert, as far as it was read.</summary>
    public bool HasPeerLeft { get; private set; }

    /// <summary>Whether a read was cancelled by its token, which in a handshake is the time-out.</summary>
    public bool WasReadCancelled { get; private set; }

    /// <summary>Whether a read has asked the socket and has no answer yet.</summary>
    public bool AwaitsPeer => _isReceiving;

    /// <summary>Cancels reads like their own token, as long as it is set. Default none.</summary>
    public CancellationToken Deadline { get; set; }

    /// <summary>The turn of the TLS session above, which is free while bytes are waited for.</summary>
    public TlsTurn Turn { get; } = new();

    /// <summary>
    /// Gives at most what is left of one TLS record: whoever then asks for no more has nothing of what follows. Default false.
    /// </summary>
    public bool GivesRecords { get; set; }

    private ReadOnlySequence<byte> Unread => _buffer is null ? default : new ReadOnlySequence<byte>(_buffer, _start, Visible);

    private int Visible => GivesRecords ? Math.Min(_recordLeft, _end - _start) : _end - _start;

    /// <inheritdoc/>
    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default) =>
        TryRead(out ReadResult result) ? ValueTask.FromResult(result) : ReceiveAsync(cancellationToken);

    /// <inheritdoc/>
    public override bool TryRead(out ReadResult result)
    {
        if (_isTaken)
        {
            result = new ReadResult(default, isCanceled: false, isCompleted: true);
            return true;
        }

        bool hasResult = (HasSomething() && !_isExamined) || _hasEnded;
        result = hasResult ? new ReadResult(Unread, isCanceled: false, _hasEnded) : default;
        return hasResult;
    }

    /// <inheritdoc/>
    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    /// <inheritdoc/>
    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        if (_buffer is null || _isTaken)
        {
            return;
        }

        ReadOnlySequence<byte> unread = Unread;
        int taken = (int)(unread.Length - unread.Slice(consumed).Length);
        _start += taken;
        _recordLeft -= Math.Min(taken, _recordLeft);
        _isExamined = unread.Slice(examined).IsEmpty && (!GivesRecords || _recordLeft > 0);
        if (_start == _end)
        {
            ReturnBuffer();
        }
    }

    /// <inheritdoc/>
    public override void CancelPendingRead() => throw new NotSupportedException("A pending read ends by its token or with its socket.");

    /// <inheritdoc/>
    public override void Complete(Exception? exception = null)
    {
        // A read of a connection that was cut may be ending on another thread, and who asked for it still use what it gave: only a
        // reader gives a buffer back. What was never consumed goes with this object.
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<ReadResult> ReceiveAsync(CancellationToken cancellationToken)
    {
        MakeRoom();
        using CancellationTokenSource? either = Deadline.CanBeCanceled
            ? CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, Deadline)
            : null;
        _isReceiving = true;
        Turn.Give();
        try
        {
            do
            {
                await socket.WaitToReadAsync(either?.Token ?? cancellationToken).ConfigureAwait(false);
            }
            while (!TryReceive() || !(HasSomething() || _hasEnded));

            return new ReadResult(Unread, isCanceled: false, _hasEnded);
        }
        catch (Exception exception) when (BrokenSocket.Is(exception))
        {
            HasPeerLeft = BrokenSocket.IsByPeer(exception);
            throw BrokenSocket.AsKestrelKnowsIt(exception);
        }
        catch (OperationCanceledException)
        {
            WasReadCancelled = true;
            throw;
        }
        finally
        {
            Turn.Take();
            _isReceiving = false;
            if (_start == _end)
            {
                ReturnBuffer();
            }
        }
    }

    /// <summary>Ends the pipe for whoever reads it: what comes, and what came and was given to nobody, is another's. While no read is pending.</summary>
    public void TakeOver() => _isTaken = true;

    /// <summary>Takes bytes that were received and given to nobody, after <see cref="TakeOver"/>.</summary>
    /// <returns>How many; 0 = there are no more.</returns>
    public int TakeRest(Span<byte> into)
    {
        int count = Math.Min(into.Length, _end - _start);
        _buffer.AsSpan(_start, count).CopyTo(into);
        _start += count;
        if (_start == _end)
        {
            ReturnBuffer();
        }

        return count;
    }

    // A record begins with its type, two bytes of version and two of length (RFC 8446 section 5.1).
    private bool HasSomething()
    {
        if (GivesRecords && _recordLeft == 0 && _end - _start >= RecordHeader)
        {
            _recordLeft = RecordHeader + BinaryPrimitives.ReadUInt16BigEndian(_buffer.AsSpan(_start + RecordHeader - sizeof(ushort)));
        }

        return Visible > 0;
    }

    // A buffer is held only while there are bytes for it.
    private bool TryReceive()
    {
        _buffer ??= RelayBuffers.Shared.Take();
        if (!socket.TryRead(_buffer.AsSpan(_end, RelayBuffers.Size - _end), out int received))
        {
            if (_end == 0)
            {
                ReturnBuffer();
            }

            return false;
        }

        _end += received;
        _hasEnded = received == 0;
        HasPeerLeft = _hasEnded || TlsAlert.Ends(_buffer.AsSpan(_start, _end - _start));
        _isExamined = false;
        return true;
    }

    private void MakeRoom()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }

        if (_end == RelayBuffers.Size)
        {
            throw new InvalidOperationException($"Nothing of {RelayBuffers.Size} bytes was consumed.");
        }
    }

    private void ReturnBuffer()
    {
        if (_buffer is not null)
        {
            RelayBuffers.Shared.GiveBack(_buffer);
            _buffer = null;
        }

        _start = _end = 0;
    }
}
