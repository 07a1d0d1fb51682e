namespace KestrelL4.Server.Agent.Contact;

/// <summary>A stream of events in which no event is longer than 64 KiB, comments before it included: its reader keeps one whole in memory.</summary>
/// <param name="inner">The stream.</param>
internal sealed class EventBound(Stream inner) : Stream
{
    /// <summary>How much may come without an event: 64 KiB.</summary>
    public const int MostBytes = 64 * 1024;

    private int _bytes;

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <summary>An event has been read, and the next one begins.</summary>
    public void Begin() => _bytes = 0;

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int read = await inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        _bytes += read;
        return _bytes <= MostBytes
            ? read
            : throw new ContactException(ContactFault.Misconfigured, $"sends more than {MostBytes} bytes without an event, which no authority does");
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
