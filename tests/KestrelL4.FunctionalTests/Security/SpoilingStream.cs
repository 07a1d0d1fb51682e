using System.Net.Sockets;

namespace KestrelL4.FunctionalTests.Security;

/// <summary>A connection that changes some of the bytes that are written to it, sooner or later.</summary>
internal sealed class SpoilingStream(Socket socket, Random random) : NetworkStream(socket, ownsSocket: false)
{
    private int _until = random.Next(12);

    /// <summary>Whether it has changed any.</summary>
    public bool IsSpoiled { get; private set; }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        byte[] bytes = buffer.ToArray();
        if (bytes.Length > 0 && _until-- <= 0)
        {
            IsSpoiled = true;
            bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
        }

        return base.WriteAsync(bytes, cancellationToken);
    }
}

/// <summary>A stream that keeps what is written and has nothing to read.</summary>
internal sealed class OneWayStream(MemoryStream written) : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count) => 0;

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => ValueTask.FromResult(0);

    public override void Write(byte[] buffer, int offset, int count) => written.Write(buffer, offset, count);

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        written.WriteAsync(buffer, cancellationToken);

    public override void Flush() => written.Flush();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
