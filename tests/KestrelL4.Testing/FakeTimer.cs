namespace KestrelL4.Testing;

/// <summary>One timer of a <see cref="FakeTime"/>.</summary>
internal sealed class FakeTimer(FakeTime time, Action fire) : ITimer
{
    private volatile bool _disposed;

    /// <summary>When it fires next; meaningful while armed. Guarded by the clock.</summary>
    public DateTimeOffset Due { get; set; }

    /// <summary>Its place among timers due at the same moment. Guarded by the clock.</summary>
    public long Order { get; set; }

    /// <summary>The time between two firings; zero or negative = it fires once.</summary>
    public TimeSpan Period { get; private set; }

    public bool Change(TimeSpan dueTime, TimeSpan period)
    {
        if (_disposed)
        {
            return false;
        }

        Period = period;
        time.Schedule(this, dueTime);
        return true;
    }

    public void Fire()
    {
        if (!_disposed)
        {
            fire();
        }
    }

    public void Dispose()
    {
        _disposed = true;
        time.Schedule(this, Timeout.InfiniteTimeSpan);
    }

    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }
}
