using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace KestrelL4.Sockets;

/// <summary>A stream socket whose waits are a <see cref="SocketLoop"/>'s.</summary>
/// <remarks>
/// The waits of <see cref="Socket"/> cost a try in vain before each of them and, for a wait that takes no byte, a second one behind
/// it; and the two sockets of a connection are waited for by different threads. One reader and one writer at a time.
/// </remarks>
internal sealed partial class RelaySocket : Socket
{
    private const int InProgress = 115;

    private readonly SocketNews _news = new();

    /// <summary>Makes a socket that is not connected.</summary>
    public RelaySocket(AddressFamily family, ProtocolType protocol)
        : base(family, SocketType.Stream, protocol) => Prepare();

    private RelaySocket(Socket socket)
        : base(socket.SafeHandle)
    {
        Disown(socket);
        Prepare();
    }

    /// <summary>Takes a connected socket over, which is not used any more: nobody may wait for it but this one.</summary>
    public static RelaySocket Of(Socket socket) => socket as RelaySocket ?? new RelaySocket(socket);

    /// <summary>Gives a connection away to somebody who may take his time over it, which nobody may on a loop's thread.</summary>
    /// <returns>The same connection as a socket of the ordinary kind; this one is done with.</returns>
    public Socket Release()
    {
        _news.Forget();
        Disown(this);
        return new Socket(SafeHandle) { Blocking = true };
    }

    /// <summary>Connects to an IP address.</summary>
    /// <exception cref="SocketException">It did not come about.</exception>
    /// <exception cref="OperationCanceledException">By the token.</exception>
    public async ValueTask DialAsync(IPEndPoint address, CancellationToken cancellation)
    {
        if (!Begin(address))
        {
            return;
        }

        await WaitToWriteAsync(cancellation).ConfigureAwait(false);
        if (GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.Error) is int error and not 0)
        {
            throw new SocketException(error);
        }
    }

    /// <summary>Connects to a unix socket, as the kernel does at once or not at all.</summary>
    /// <exception cref="SocketException">It did not come about; as <see cref="SocketError.WouldBlock"/> its backlog is full.</exception>
    /// <remarks>The base's way to wait for a connection would have its own threads hear of all that happens at the socket from then on.</remarks>
    public void Dial(UnixDomainSocketEndPoint path) => Connect(path);

    /// <summary>Waits until there are bytes to read, an end or an error; may be too early.</summary>
    /// <exception cref="SocketException">The socket was closed meanwhile: as <see cref="SocketError.OperationAborted"/>.</exception>
    /// <exception cref="OperationCanceledException">By the token.</exception>
    public ValueTask WaitToReadAsync(CancellationToken cancellation = default)
    {
        _news.Watch(this);
        return _news.Reading.WaitAsync(cancellation);
    }

    /// <summary>Whether there is something to read, which a wait that is over may have announced too early; reads nothing.</summary>
    /// <exception cref="SocketException">The connection broke.</exception>
    public bool HasSomething()
    {
        if (!_news.Reading.TryTake())
        {
            return false;
        }

        Span<byte> peeked = stackalloc byte[1];
        _ = Receive(peeked, SocketFlags.Peek, out SocketError error);
        if (error == SocketError.WouldBlock)
        {
            return false;
        }

        _news.Reading.Tell();
        return error == SocketError.Success ? true : throw new SocketException((int)error);
    }

    /// <summary>Reads what is there, without waiting.</summary>
    /// <param name="buffer">Where to, at least one byte.</param>
    /// <param name="count">How many bytes were read; 0 = the peer has ended its direction.</param>
    /// <returns>Whether there was something; if not, wait.</returns>
    /// <exception cref="SocketException">The connection broke.</exception>
    public bool TryRead(Span<byte> buffer, out int count)
    {
        count = 0;
        if (!_news.Reading.TryTake())
        {
            return false;
        }

        count = Receive(buffer, SocketFlags.None, out SocketError error);
        if (error == SocketError.WouldBlock)
        {
            _news.ReadNothing();
            return false;
        }

        if (count == buffer.Length)
        {
            _news.ReadFull();
        }
        else
        {
            _news.ReadShort();
        }

        return error == SocketError.Success ? true : throw new SocketException((int)error);
    }

    /// <summary>Reads what is there, after waiting for it.</summary>
    /// <inheritdoc cref="TryRead" path="/param"/>
    /// <returns>How many bytes were read; 0 = the peer has ended its direction.</returns>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellation = default)
    {
        while (true)
        {
            if (TryRead(buffer.Span, out int count))
            {
                return count;
            }

            await WaitToReadAsync(cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Writes what the kernel takes at once.</summary>
    /// <returns>How many bytes it took.</returns>
    /// <exception cref="SocketException">The connection broke.</exception>
    public int TryWrite(ReadOnlySpan<byte> buffer)
    {
        int sent = Send(buffer, SocketFlags.None, out SocketError error);
        return error is SocketError.Success or SocketError.WouldBlock ? sent : throw new SocketException((int)error);
    }

    /// <summary>Writes all of a buffer.</summary>
    /// <exception cref="SocketException">The connection broke.</exception>
    public ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellation = default)
    {
        int sent = Send(buffer.Span, SocketFlags.None, out SocketError error);
        return error switch
        {
            SocketError.Success when sent == buffer.Length => ValueTask.CompletedTask,
            SocketError.Success or SocketError.WouldBlock => WriteRestAsync(buffer[sent..], cancellation),
            _ => ValueTask.FromException(new SocketException((int)error)),
        };
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        _news.Forget();
        base.Dispose(disposing);
        _news.Close();
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask WriteRestAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellation)
    {
        while (!buffer.IsEmpty)
        {
            // News that was there before the last try may be old.
            if (!_news.Writing.TryTake())
            {
                await WaitToWriteAsync(cancellation).ConfigureAwait(false);
            }

            int sent = Send(buffer.Span, SocketFlags.None, out SocketError error);
            if (error is not (SocketError.Success or SocketError.WouldBlock))
            {
                throw new SocketException((int)error);
            }

            buffer = buffer[sent..];
        }
    }

    private ValueTask WaitToWriteAsync(CancellationToken cancellation)
    {
        _news.Watch(this);
        return _news.Writing.WaitAsync(cancellation);
    }

    // True = it is under way; false = it is done. The base would throw, and make a stack trace, for one that is under way.
    private bool Begin(IPEndPoint address)
    {
        SocketAddress bytes = address.Serialize();
        if (Connect((int)SafeHandle.DangerousGetHandle(), bytes.Buffer.Span, bytes.Size) == 0)
        {
            return false;
        }

        if (Marshal.GetLastPInvokeError() == InProgress)
        {
            return true;
        }

        try
        {
            // What failed at once fails again, and this time it is said in words.
            Connect(address);
            return false;
        }
        catch (SocketException exception) when (exception.SocketErrorCode is SocketError.WouldBlock or SocketError.InProgress)
        {
            return true;
        }
    }

    private void Prepare()
    {
        Blocking = false;

        // Between bytes that came from different senders, or with a descriptor, a read of a unix socket ends early.
        if (AddressFamily == AddressFamily.Unix)
        {
            _news.MistrustShortReads();
        }
    }

    // One handle, one owner: the finalizer of the other would close it.
#pragma warning disable CA1816 // It is not about disposing: the handle lives on.
    private static void Disown(Socket socket) => GC.SuppressFinalize(socket);
#pragma warning restore CA1816

    [LibraryImport("libc", EntryPoint = "connect", SetLastError = true)]
    private static partial int Connect(int socket, Span<byte> address, int size);
}
