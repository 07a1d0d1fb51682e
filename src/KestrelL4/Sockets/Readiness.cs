using System.Net.Sockets;
using System.Threading.Tasks.Sources;

namespace KestrelL4.Sockets;

/// <summary>Whether one direction of a socket is worth a try, and the wait until it is.</summary>
/// <remarks>
/// The kernel tells of each change once. Whoever tries takes the news first: what changes during the try is news again, so that
/// none is lost, and one that was too early costs a try in vain. One waits at a time.
/// </remarks>
internal sealed class Readiness : IValueTaskSource
{
    private const int Quiet = 0;
    private const int Ready = 1;
    private const int Waiting = 2;
    private const int Closed = 3;

    private ManualResetValueTaskSourceCore<bool> _wait;
    private CancellationTokenRegistration _cancelling;
    private CancellationToken _token;
    private int _state;

    /// <summary>Something changed: whoever waits goes on, on this thread.</summary>
    public void Tell()
    {
        while (true)
        {
            int state = Volatile.Read(ref _state);
            if (state is Ready or Closed)
            {
                return;
            }

            if (Interlocked.CompareExchange(ref _state, Ready, state) == state)
            {
                if (state == Waiting)
                {
                    _wait.RunContinuationsAsynchronously = false;
                    _wait.SetResult(true);
                }

                return;
            }
        }
    }

    /// <summary>The socket is closed: whoever waits fails, on another thread, and so does whoever comes.</summary>
    public void Close()
    {
        if (Interlocked.Exchange(ref _state, Closed) == Waiting)
        {
            Fail(Aborted());
        }
    }

    /// <summary>Takes the news, if there is any, before a try.</summary>
    public bool TryTake() => Volatile.Read(ref _state) == Ready && Interlocked.CompareExchange(ref _state, Quiet, Ready) == Ready;

    /// <summary>Waits until a try is worth it.</summary>
    /// <exception cref="SocketException">As <see cref="SocketError.OperationAborted"/>: the socket was closed meanwhile.</exception>
    /// <exception cref="ObjectDisposedException">It was closed before.</exception>
    /// <exception cref="OperationCanceledException">By the token.</exception>
    public ValueTask WaitAsync(CancellationToken cancellation = default)
    {
        switch (Volatile.Read(ref _state))
        {
            case Ready:
                return ValueTask.CompletedTask;
            case Closed:
                throw new ObjectDisposedException(nameof(Socket));
            case Waiting:
                throw new InvalidOperationException("Somebody waits for this direction already.");
        }

        _wait.Reset();
        if (cancellation.CanBeCanceled)
        {
            _token = cancellation;
            _cancelling = cancellation.UnsafeRegister(static readiness => ((Readiness)readiness!).Cancel(), this);
        }

        int before = Interlocked.CompareExchange(ref _state, Waiting, Quiet);
        if (before != Quiet)
        {
            _cancelling.Dispose();
            return before == Ready ? ValueTask.CompletedTask : ValueTask.FromException(Aborted());
        }

        if (cancellation.IsCancellationRequested)
        {
            Cancel();
        }

        return new ValueTask(this, _wait.Version);
    }

    void IValueTaskSource.GetResult(short token)
    {
        _cancelling.Dispose();
        _cancelling = default;
        _ = _wait.GetResult(token);
    }

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _wait.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _wait.OnCompleted(continuation, state, token, flags);

    private static SocketException Aborted() => new((int)SocketError.OperationAborted);

    private void Cancel()
    {
        if (Interlocked.CompareExchange(ref _state, Quiet, Waiting) == Waiting)
        {
            Fail(new OperationCanceledException(_token));
        }
    }

    // Whoever closes or cancels may hold locks and have many more to see to.
    private void Fail(Exception exception)
    {
        _wait.RunContinuationsAsynchronously = true;
        _wait.SetException(exception);
    }
}
