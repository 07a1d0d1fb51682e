namespace KestrelL4.Sockets;

/// <summary>What the kernel has told of a socket: whether it is worth a try to read and to write.</summary>
internal sealed class SocketNews
{
    // A megabyte of reads that fill their buffer, then the others of the thread have their turn.
    private const int LongestRun = 16;

    private static uint _made;

    private readonly SocketLoop _loop = SocketLoop.Nearest;
    private readonly Lock _lock = new();
    private int _descriptor = -1;
    private int _run;
    private bool _isClosed;
    private volatile bool _isWatched;
    private volatile bool _hidesMore;

    /// <summary>What tells this socket from others that had its number before.</summary>
    public uint Stamp { get; } = Interlocked.Increment(ref _made);

    /// <summary>Whether reading is worth a try.</summary>
    public Readiness Reading { get; } = new();

    /// <summary>Whether writing is worth a try.</summary>
    public Readiness Writing { get; } = new();

    /// <summary>Begins to watch; nothing when it has begun.</summary>
    /// <exception cref="ObjectDisposedException">The socket is closed.</exception>
    public void Watch(RelaySocket socket)
    {
        if (_isWatched)
        {
            return;
        }

        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isClosed, socket);
            if (_isWatched)
            {
                return;
            }

            // Somebody else may hold the handle, and close it: until it is released the number stays this socket's.
            bool isHeld = false;
            try
            {
                socket.SafeHandle.DangerousAddRef(ref isHeld);
                _descriptor = (int)socket.SafeHandle.DangerousGetHandle();
                _loop.Watch(_descriptor, this);
                _isWatched = true;
            }
            finally
            {
                if (isHeld)
                {
                    socket.SafeHandle.DangerousRelease();
                }
            }
        }
    }

    /// <summary>Takes in what the kernel tells.</summary>
    public void Tell(Epoll.Happened what)
    {
        // An end that came with the last bytes, and what stands behind an urgent byte, has no news of its own.
        _hidesMore |= (what & (Epoll.Happened.PeerEnded | Epoll.Happened.HungUp | Epoll.Happened.Failed | Epoll.Happened.Urgent)) != 0;
        if ((what & (Epoll.Happened.Writable | Epoll.Happened.HungUp | Epoll.Happened.Failed)) != 0)
        {
            Writing.Tell();
        }

        if ((what & ~Epoll.Happened.Writable) != 0)
        {
            Reading.Tell();
        }
    }

    /// <summary>Takes in that a read gave fewer bytes than it had room for: there is no more, unless it is hidden.</summary>
    public void ReadShort()
    {
        if (_hidesMore)
        {
            ReadFull();
            return;
        }

        _run = 0;
    }

    /// <summary>Takes in that a read filled its buffer, so that there may be more.</summary>
    public void ReadFull()
    {
        if (++_run < LongestRun)
        {
            Reading.Tell();
            return;
        }

        _run = 0;
        SocketLoop.TellLater(Reading);
    }

    /// <summary>Takes in that a read found nothing.</summary>
    public void ReadNothing() => _run = 0;

    /// <summary>Has every read be followed by another try, because a short one does not mean that there is no more.</summary>
    public void MistrustShortReads() => _hidesMore = true;

    /// <summary>Stops watching; before the socket is closed.</summary>
    public void Forget()
    {
        lock (_lock)
        {
            if (!_isClosed && _descriptor >= 0)
            {
                _loop.Forget(_descriptor, this);
            }

            _isClosed = true;
        }
    }

    /// <summary>Has all who wait fail; after the socket was closed.</summary>
    public void Close()
    {
        Reading.Close();
        Writing.Close();
    }
}
