namespace KestrelL4.Sockets;

/// <summary>Buffers of one size, kept for the next burst of bytes by whichever thread carries it.</summary>
/// <remarks>
/// The shared array pool keeps one array back for every thread that returned one, and a thread that finds none allocates: a relay
/// rents on one thread and returns on another, so it would go on allocating as threads of the pool come and go.
/// </remarks>
/// <param name="mostKept">How many unused buffers are kept, 1 or more; what comes back beyond them is left to the garbage collector.</param>
internal sealed class RelayBuffers(int mostKept)
{
    /// <summary>How many bytes a buffer has.</summary>
    public const int Size = 64 * 1024;

    // Above what the headers and tags of the TLS records add that so many bytes make, 22 a record.
    private const int Room = Size + 512;

    private readonly Lock _lock = new();
    private readonly byte[]?[] _kept = new byte[mostKept][];
    private int _count;

    /// <summary>The buffers of all connections: after a burst at most 16 MiB stay behind.</summary>
    public static RelayBuffers Shared { get; } = new(256);

    /// <summary>Takes the buffer given back last, whose bytes are still near the processor; a new one when none is kept.</summary>
    /// <returns>A buffer that holds whatever it held.</returns>
    public byte[] Take()
    {
        lock (_lock)
        {
            if (_count > 0)
            {
                byte[] buffer = _kept[--_count]!;
                _kept[_count] = null;
                return buffer;
            }
        }

        // Not pinned: on Unix a pending socket operation pins its memory only while it is in the kernel.
        return GC.AllocateUninitializedArray<byte>(Room);
    }

    /// <summary>Gives a buffer back, once, when nothing reads or writes it any more.</summary>
    public void GiveBack(byte[] buffer)
    {
        lock (_lock)
        {
            if (_count < _kept.Length)
            {
                _kept[_count++] = buffer;
            }
        }
    }
}
