namespace KestrelL4.Server.Listeners;

/// <summary>How long a client may leave its handshake waiting while others lack its place: the more of them come, the shorter.</summary>
/// <param name="time">The clock.</param>
internal sealed class HandshakePatience(TimeProvider time)
{
    // So many within a second are no longer clients that came at a bad moment.
    private const int Rush = 100;

    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    // A round trip takes longer for some; but places go by age, and nobody who is not among the oldest is asked.
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(50);

    private readonly Lock _lock = new();
    private long _secondBegan = time.GetTimestamp();
    private int _came;
    private int _cameBefore;

    /// <summary>One more has come and found no place.</summary>
    /// <param name="places">How many places there are.</param>
    /// <returns>The patience with those that have one; from 50 ms to 1 s.</returns>
    public TimeSpan AfterOneMore(int places)
    {
        lock (_lock)
        {
            TimeSpan elapsed = time.GetElapsedTime(_secondBegan);
            if (elapsed >= Second)
            {
                _cameBefore = elapsed < 2 * Second ? _came : 0;
                _came = 0;
                _secondBegan = time.GetTimestamp();
            }

            int rate = Math.Max(++_came, _cameBefore);

            // Twice as fast as they come, the places change hands, so that there is always one for the next.
            return rate <= Rush ? Second : TimeSpan.FromSeconds(Math.Clamp(places / (2.0 * rate), Shortest.TotalSeconds, 1));
        }
    }
}
