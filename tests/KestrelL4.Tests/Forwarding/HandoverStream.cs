using System.Buffers.Binary;
using KestrelL4.OpenSsl;
using KestrelL4.Sockets;

namespace KestrelL4.Tests.Forwarding;

/// <summary>A socket below a TLS handshake, which gets one record a read; owns the socket.</summary>
/// <param name="socket">The socket.</param>
/// <param name="client">The client's part of the handshake: what comes after the first answer is not read before that is done.</param>
/// <param name="ahead">How many bytes behind each record of that part are received and held for who takes the session over.</param>
internal sealed class HandoverStream(RelaySocket socket, Task client, int ahead) : AsyncStream, ITlsHandover
{
    private const int HeaderSize = 5;

    private readonly byte[] _buffer = new byte[64 * 1024];
    private int _start;
    private int _end;
    private int _recordLeft;
    private bool _hasAnswered;
    private bool _isTaken;

    public RelaySocket RelaySocket { get; } = socket;

    public SessionCapture Capture { get; } = new();

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_isTaken)
        {
            return 0;
        }

        if (_hasAnswered)
        {
            await client;
        }

        if (_recordLeft == 0)
        {
            await ReceiveAsync(HeaderSize, cancellationToken);
            _recordLeft = HeaderSize + BinaryPrimitives.ReadUInt16BigEndian(_buffer.AsSpan(_start + HeaderSize - sizeof(ushort)));
            await ReceiveAsync(_recordLeft + (_hasAnswered ? ahead : 0), cancellationToken);
        }

        int count = TakeRest(buffer.Span[..Math.Min(buffer.Length, _recordLeft)]);
        _recordLeft -= count;
        return count;
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        _hasAnswered = true;
        return RelaySocket.WriteAsync(buffer, cancellationToken);
    }

    public void TakeOver() => _isTaken = true;

    public int TakeRest(Span<byte> into)
    {
        int count = Math.Min(into.Length, _end - _start);
        _buffer.AsSpan(_start, count).CopyTo(into);
        _start += count;
        return count;
    }

    protected override void Dispose(bool disposing)
    {
        RelaySocket.Dispose();
        Capture.Dispose();
        base.Dispose(disposing);
    }

    private async ValueTask ReceiveAsync(int count, CancellationToken cancellationToken)
    {
        while (_end - _start < count)
        {
            int received = await RelaySocket.ReadAsync(_buffer.AsMemory(_end, _start + count - _end), cancellationToken);
            Assert.True(received > 0, "the client ended during the handshake");
            _end += received;
        }
    }
}
