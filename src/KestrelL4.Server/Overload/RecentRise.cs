namespace KestrelL4.Server.Overload;

/// <summary>Whether a count has risen of late, so that what comes and goes by the moment is told as one thing.</summary>
/// <param name="count">The count.</param>
/// <param name="time">Its clock.</param>
internal sealed class RecentRise(Func<long> count, TimeProvider time)
{
    private static readonly TimeSpan Lately = TimeSpan.FromSeconds(5);

    private long _count = count();
    private long? _roseAt;

    /// <summary>Looks at the count; gives whether it has risen within the last five seconds.</summary>
    public bool Look()
    {
        long now = count();
        if (now != _count)
        {
            _count = now;
            _roseAt = time.GetTimestamp();
        }

        return _roseAt is { } at && time.GetElapsedTime(at) < Lately;
    }

    /// <summary>Leaves out of account how much it has risen so far.</summary>
    public void Forget()
    {
        _count = count();
        _roseAt = null;
    }
}
