namespace KestrelL4.Registry;

/// <summary>How long the registry in force has been unconfirmed by its source.</summary>
/// <remarks>It counts by a clock that nobody sets, so that no change of the wall clock makes it less. Safe to use from any thread.</remarks>
/// <param name="time">The clock; null = the system's.</param>
public sealed class RegistryAge(TimeProvider? time = null)
{
    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private Confirmation _last = new(0, TimeSpan.MaxValue);
    private long _limit = long.MaxValue;

    /// <summary>How long ago the source confirmed the registry; <see cref="TimeSpan.MaxValue"/> when it never did.</summary>
    public TimeSpan Age => Volatile.Read(ref _last) is var last && last.AgeThen == TimeSpan.MaxValue
        ? TimeSpan.MaxValue
        : last.AgeThen + _time.GetElapsedTime(last.At);

    /// <summary>How old the registry may be to let new connections in; null = as old as it likes, which is the default.</summary>
    public TimeSpan? Limit
    {
        get => Volatile.Read(ref _limit) is var ticks and not long.MaxValue ? new TimeSpan(ticks) : null;
        set => Volatile.Write(ref _limit, value?.Ticks ?? long.MaxValue);
    }

    /// <summary>Whether it is older than that.</summary>
    public bool IsStale => Age.Ticks > Volatile.Read(ref _limit);

    /// <summary>The source has just confirmed the registry.</summary>
    public void Confirm() => Set(TimeSpan.Zero);

    /// <summary>The registry is of this age now, as it is known from an earlier process.</summary>
    /// <param name="age">Zero or more.</param>
    public void Set(TimeSpan age)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(age, TimeSpan.Zero);
        Volatile.Write(ref _last, new Confirmation(_time.GetTimestamp(), age));
    }

    private sealed record Confirmation(long At, TimeSpan AgeThen);
}
