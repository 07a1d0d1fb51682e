using System.Net.Sockets;

namespace KestrelL4.Sockets;

/// <summary>A thread that waits for what happens at sockets and carries on what waited for it, one such loop a core.</summary>
/// <remarks>
/// Both sockets of a connection belong to one loop as far as can be, so that its bytes go through without a change of thread.
/// What goes on here must not block: no file, no look-up of a name, no lock that is held across either.
/// </remarks>
internal sealed class SocketLoop
{
    // Each is made when its first socket comes: one that lacks a descriptor is made with the next socket, which a type's initializer would
    // never try again.
    private static readonly SocketLoop?[] Loops = new SocketLoop?[Environment.ProcessorCount];
    private static readonly Lock Making = new();

    [ThreadStatic]
    private static SocketLoop? _own;

    private static uint _next;

    private readonly Epoll _epoll = new();
    private readonly Lock _lock = new();
    private readonly Queue<Readiness> _later = new();
    private SocketNews?[] _watched = new SocketNews?[1024];

    private SocketLoop(uint number)
    {
        Thread thread = new(Run) { IsBackground = true, Name = $"KestrelL4 sockets {number}" };
        try
        {
            thread.UnsafeStart();
        }
        catch
        {
            // A thread takes descriptors too; the next socket is to find no fewer than this one did.
            _epoll.Close();
            throw;
        }
    }

    /// <summary>The loop that runs this thread; on any other thread each in turn.</summary>
    /// <exception cref="SocketException">There is no descriptor for it.</exception>
    public static SocketLoop Nearest => _own ?? Of(Interlocked.Increment(ref _next) % (uint)Loops.Length);

    /// <summary>Tells from now on what happens at a socket; what is the case already is told as well.</summary>
    /// <param name="descriptor">The socket, which stays open meanwhile.</param>
    /// <param name="news">Whom to tell.</param>
    public void Watch(int descriptor, SocketNews news)
    {
        lock (_lock)
        {
            if (descriptor >= _watched.Length)
            {
                SocketNews?[] larger = new SocketNews?[Math.Max(descriptor + 1, 2 * _watched.Length)];
                _watched.CopyTo(larger, 0);
                Volatile.Write(ref _watched, larger);
            }

            _watched[descriptor] = news;
        }

        _epoll.Watch(descriptor, news.Stamp);
    }

    /// <summary>Tells nothing any more; before the socket is closed, for its number may be another's then.</summary>
    /// <param name="descriptor">The socket; when somebody closed it already, its number may be another's now.</param>
    /// <param name="news">Who was told.</param>
    public void Forget(int descriptor, SocketNews news)
    {
        lock (_lock)
        {
            if (_watched[descriptor] == news)
            {
                _watched[descriptor] = null;
            }
        }
    }

    /// <summary>Tells that a direction is worth a try after everybody else whom this thread carries had a turn; at once if it is no loop's.</summary>
    public static void TellLater(Readiness readiness)
    {
        if (_own is { } loop)
        {
            loop._later.Enqueue(readiness);
        }
        else
        {
            readiness.Tell();
        }
    }

    private static SocketLoop Of(uint number) => Volatile.Read(ref Loops[number]) ?? Make(number);

    private static SocketLoop Make(uint number)
    {
        lock (Making)
        {
            SocketLoop loop = Loops[number] ?? new SocketLoop(number);
            Volatile.Write(ref Loops[number], loop);
            return loop;
        }
    }

    private void Run()
    {
        _own = this;
        while (true)
        {
            int waiting = _later.Count;
            int count = _epoll.Wait(waiting > 0 ? Epoll.Patience.None : Epoll.Patience.Endless);
            for (int i = 0; i < count; i++)
            {
                (int descriptor, uint stamp, Epoll.Happened what) = _epoll.Told(i);

                // One that was closed since the kernel told of it is gone, and another may have its number.
                if (Volatile.Read(ref _watched)[descriptor] is { } news && news.Stamp == stamp)
                {
                    news.Tell(what);
                }
            }

            while (waiting-- > 0)
            {
                _later.Dequeue().Tell();
            }
        }
    }
}
