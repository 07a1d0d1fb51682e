using System.Net.Security;
using KestrelL4.Sockets;

namespace KestrelL4.OpenSsl;

/// <summary>A TLS session that reads and writes its socket itself, without waiting.</summary>
/// <remarks>
/// <see cref="SslStream"/> has OpenSSL read from and write to memory and carries the bytes between there and the socket, which takes two
/// copies a direction and a dozen asynchronous methods a record. What comes here was authenticated by it: from then on the records need nothing of it.
/// One reader and one writer at a time; a session of OpenSSL bears one thread at a time, so each call has the lock.
/// </remarks>
internal sealed unsafe class OpenSslSession : IDisposable
{
    private const int Tls13 = 0x0304;

    // The most plain text that one record carries (RFC 8446 section 5.1).
    private const int RecordSize = 16 * 1024;

    // Four records of that size, with their headers and tags, are received at once.
    private const int ReadBuffer = 66 * 1024;

    private readonly Lock _lock = new();
    private readonly nint _session;
    private readonly nint _streamsInput;
    private readonly nint _streamsOutput;
    private readonly RecordInput _input;
    private readonly RecordOutput _output;
    private bool _isDisposed;

    private OpenSslSession(ITlsHandover connection, nint session, nint bio)
    {
        _session = session;
        _input = new RecordInput(connection);
        _output = new RecordOutput(connection.RelaySocket);

        // The stream writes once more when it is disposed, and is to find its own where it left them.
        _streamsInput = OpenSslLibrary.Input(session);
        _streamsOutput = OpenSslLibrary.Output(session);
        _ = OpenSslLibrary.ShareBio(_streamsInput);
        _ = OpenSslLibrary.ShareBio(_streamsOutput);
        OpenSslLibrary.SetInputAndOutput(session, bio, bio);
        OpenSslLibrary.SetReadBuffer(session, ReadBuffer);
        OpenSslLibrary.ReadAhead(session, 1);

        // The stream has switched goodbyes off, for those that it makes when it is disposed.
        OpenSslLibrary.SayNoGoodbye(session, 0);
    }

    /// <summary>Whether the last read found nothing: wait for the socket before the next.</summary>
    public bool IsEmpty => _input.IsEmpty;

    /// <summary>Takes over the session of a stream whose handshake is done; from then on only this object reads and writes.</summary>
    /// <param name="stream">The stream; it must not be disposed before this session is.</param>
    /// <param name="connection">The connection.</param>
    /// <returns>The session; null = it is not at hand, and the stream goes on as before.</returns>
    public static OpenSslSession? TryTakeOver(SslStream stream, ITlsHandover connection)
    {
        nint session = connection.Capture.Take(stream);
        if (session == 0)
        {
            return null;
        }

        // What the stream's session has read but not given, or made but not sent, would be lost. And small records (RFC 6066 section 4)
        // have more headers and tags than there is room for.
        if (OpenSslLibrary.Version(session) == Tls13
            && OpenSslLibrary.MaxFragment(OpenSslLibrary.Parameters(session)) == 0
            && OpenSslLibrary.HasPending(session) == 0
            && OpenSslLibrary.PendingIn(OpenSslLibrary.Input(session)) == 0
            && OpenSslLibrary.PendingIn(OpenSslLibrary.Output(session)) == 0
            && SessionBio.Make() is not 0 and nint bio)
        {
            return new OpenSslSession(connection, session, bio);
        }

        OpenSslLibrary.Free(session);
        return null;
    }

    /// <summary>Whether a read would give bytes or the end.</summary>
    /// <exception cref="IOException">The session broke.</exception>
    /// <exception cref="System.Net.Sockets.SocketException">The connection broke.</exception>
    public bool HasSomething()
    {
        byte peeked;
        lock (_lock)
        {
            return Pull(new Span<byte>(&peeked, 1), &OpenSslLibrary.Peek) >= 0;
        }
    }

    /// <summary>Reads what is there, several records if they fit.</summary>
    /// <param name="buffer">Where to, at least one byte.</param>
    /// <param name="count">How many bytes were read; 0 = the peer has ended its direction.</param>
    /// <returns>Whether there was something; if not, wait for the socket.</returns>
    /// <exception cref="IOException">The session broke.</exception>
    /// <exception cref="System.Net.Sockets.SocketException">The connection broke.</exception>
    public bool TryRead(Span<byte> buffer, out int count)
    {
        lock (_lock)
        {
            int read = Pull(buffer, &OpenSslLibrary.Read);
            count = Math.Max(read, 0);

            // An end or a failure found behind bytes is found again by the next read.
            for (int more = read; more > 0 && buffer.Length - count >= RecordSize; count += Math.Max(more, 0))
            {
                more = TryPull(buffer[count..], &OpenSslLibrary.Read);
            }

            return read >= 0;
        }
    }

    /// <summary>Makes records of bytes, and sends them as far as can be without waiting.</summary>
    /// <param name="buffer">At most <see cref="RelayBuffers.Size"/> bytes.</param>
    /// <returns>Whether all is sent; if not, <see cref="TryTakeHeld"/> gives what is left.</returns>
    /// <exception cref="IOException">The session broke.</exception>
    /// <exception cref="System.Net.Sockets.SocketException">The connection broke.</exception>
    public bool Write(ReadOnlySpan<byte> buffer)
    {
        lock (_lock)
        {
            ThrowIfBroken(_output.Failure);
            _output.IsGathering = buffer.Length > RecordSize;
            SessionBio.Enter(null, _output);
            int written = 0;
            fixed (byte* from = buffer)
            {
                for (int count = 1; count > 0 && written < buffer.Length; written += Math.Max(count, 0))
                {
                    count = OpenSslLibrary.Write(_session, from + written, buffer.Length - written);
                }
            }

            SessionBio.Leave();
            _output.IsGathering = false;
            return written == buffer.Length ? !_output.HoldsSomething : throw WriteFailed();
        }
    }

    /// <summary>Makes the goodbye (close_notify), and sends it as far as can be without waiting; the peer's bytes are still read.</summary>
    /// <inheritdoc cref="Write" path="/returns"/>
    /// <inheritdoc cref="Write" path="/exception"/>
    public bool SayGoodbye()
    {
        lock (_lock)
        {
            ThrowIfBroken(_output.Failure);
            SessionBio.Enter(null, _output);
            int result = OpenSslLibrary.SayGoodbye(_session);
            SessionBio.Leave();
            _output.HasEnded = result >= 0;
            return result >= 0 ? !_output.HoldsSomething : throw WriteFailed();
        }
    }

    /// <inheritdoc cref="RecordOutput.TryTake"/>
    public bool TryTakeHeld(out byte[]? buffer, out int count)
    {
        lock (_lock)
        {
            return _output.TryTake(out buffer, out count);
        }
    }

    /// <inheritdoc cref="RecordOutput.EndSending"/>
    public void HeldIsSent(byte[] buffer)
    {
        lock (_lock)
        {
            _output.EndSending(buffer);
        }
    }

    /// <summary>Gives the session back to its stream, which can then be disposed. While nobody reads or writes.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (!_isDisposed)
            {
                _isDisposed = true;
                OpenSslLibrary.SayNoGoodbye(_session, 1);
                OpenSslLibrary.SetInputAndOutput(_session, _streamsInput, _streamsOutput);
                OpenSslLibrary.Free(_session);
                _output.Drop();
            }
        }
    }

    // How many bytes; 0 = the end; -1 = nothing yet.
    private int Pull(Span<byte> buffer, delegate*<nint, byte*, int, int> step)
    {
        ThrowIfBroken(_input.Failure);
        int count = TryPull(buffer, step);
        ThrowIfBroken(_input.Failure);
        return count;
    }

    private int TryPull(Span<byte> buffer, delegate*<nint, byte*, int, int> step)
    {
        int count;
        _input.Begin();
        SessionBio.Enter(_input, _output);
        fixed (byte* into = buffer)
        {
            count = step(_session, into, buffer.Length);
        }

        SessionBio.Leave();
        return count > 0 ? count : _input.IsEmpty ? -1 : EndOrFailure();
    }

    private int EndOrFailure()
    {
        OpenSslLibrary.ClearErrors();
        if (_input.Failure is null && IsAtEnd())
        {
            return 0;
        }

        _input.Failure ??= _output.Failure ?? Broken();
        return -1;
    }

    // An end between two records needs no goodbye, as with SslStream; one within a record is a connection that broke. So is one that the
    // peer gave up by a fatal alert, which OpenSSL takes for a goodbye as well.
    private bool IsAtEnd() => _input.HasEnded
        ? OpenSslLibrary.HasPending(_session) == 0 && !OpenSslLibrary.IsWithinRecord(_session)
        : (OpenSslLibrary.Goodbyes(_session) & OpenSslLibrary.PeerSaidGoodbye) != 0 && OpenSslLibrary.IsUnfinished(_session) == 0;

    private Exception WriteFailed()
    {
        OpenSslLibrary.ClearErrors();
        return _output.Failure ??= Broken();
    }

    private void ThrowIfBroken(Exception? failure)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (failure is not null)
        {
            throw failure;
        }
    }

    private static IOException Broken() => new("The TLS session broke.");
}
