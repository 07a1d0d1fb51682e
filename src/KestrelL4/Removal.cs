namespace KestrelL4;

/// <summary>Whether and since when an application is no longer offered.</summary>
/// <param name="time">The clock of its age.</param>
internal sealed class Removal(TimeProvider time)
{
    private const long Never = long.MaxValue;

    private long _at = Never;

    /// <summary>Whether it is no longer offered. Default false.</summary>
    public bool IsInForce
    {
        get => Volatile.Read(ref _at) != Never;
        set => Volatile.Write(ref _at, value ? time.GetTimestamp() : Never);
    }

    /// <summary>Whether that is so for at least that long.</summary>
    public bool IsOlderThan(TimeSpan age) => Volatile.Read(ref _at) is var at and not Never && time.GetElapsedTime(at) >= age;

    /// <summary>Counts the time anew, if it is in force.</summary>
    public void BeginAnew()
    {
        if (Volatile.Read(ref _at) is var at and not Never)
        {
            Interlocked.CompareExchange(ref _at, time.GetTimestamp(), at);
        }
    }
}
