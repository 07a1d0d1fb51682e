using KestrelL4.Upstreams;

namespace KestrelL4.Forwarding;

/// <summary>Has a waiter give up once its time is over, and not before: the system's timers fire some milliseconds early.</summary>
internal sealed class PlaceDeadline : IAsyncDisposable
{
    private readonly Waiter _waiter;
    private readonly TimeSpan _patience;
    private readonly TimeProvider _time;
    private readonly long _began;
    private readonly ITimer _timer;

    /// <summary>Begins to count.</summary>
    /// <param name="waiter">Who waits.</param>
    /// <param name="patience">How long it may wait from now on.</param>
    /// <param name="time">The clock.</param>
    public PlaceDeadline(Waiter waiter, TimeSpan patience, TimeProvider time)
    {
        _waiter = waiter;
        _patience = patience;
        _time = time;
        _began = time.GetTimestamp();

        // Set only after the field is, for the callback uses it.
        _timer = time.CreateTimer(static state => ((PlaceDeadline)state!).Look(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _timer.Change(TimerBounds.Due(patience), Timeout.InfiniteTimeSpan);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _timer.DisposeAsync();

    private void Look()
    {
        TimeSpan left = _patience - _time.GetElapsedTime(_began);
        if (left <= TimeSpan.Zero)
        {
            _waiter.GiveUp();
        }
        else
        {
            _timer.Change(TimerBounds.Due(left), Timeout.InfiniteTimeSpan);
        }
    }
}
