namespace KestrelL4.RateLimiting.Shaping;

/// <summary>Bytes that may pass now: they come at a rate and are kept for one second, so that a burst of one second may follow a pause.</summary>
/// <remarks>Exact: what was taken never exceeds the burst plus rate times time, whatever the pattern. Not thread-safe.</remarks>
/// <param name="ticksPerSecond">The frequency of the caller's clock.</param>
/// <param name="now">The moment it is made, in ticks of that clock.</param>
internal sealed class ByteBucket(long ticksPerSecond, long now)
{
    private long _bytes;
    private long _filledAt = now;

    // What is due beyond the whole bytes, in bytes times ticks: without it every look would lose part of a byte.
    private long _due;

    /// <summary>Bytes a second, 1 or more; 0 = nothing is kept.</summary>
    public long Rate { get; private set; }

    /// <summary>Sets the rate. A bucket that had none begins full; one that had another keeps what it has, up to the new burst.</summary>
    public void SetRate(long rate, long moment)
    {
        Fill(moment);
        _bytes = Rate == 0 ? rate : Math.Min(_bytes, rate);
        Rate = rate;
    }

    /// <summary>Takes bytes out, all or none.</summary>
    public bool TryTake(int bytes, long moment)
    {
        Fill(moment);
        if (_bytes < bytes)
        {
            return false;
        }

        _bytes -= bytes;
        return true;
    }

    /// <summary>Puts bytes back that were taken and did not pass.</summary>
    public void GiveBack(int bytes, long moment)
    {
        Fill(moment);
        _bytes = bytes < Rate - _bytes ? _bytes + bytes : Rate;
    }

    /// <summary>The ticks after the last look until so many bytes are there, at most the burst; 0 = they are.</summary>
    public long TicksUntil(int bytes)
    {
        if (_bytes >= bytes)
        {
            return 0;
        }

        Int128 missing = ((Int128)(bytes - _bytes) * ticksPerSecond) - _due;
        return (long)((missing + Rate - 1) / Rate);
    }

    private void Fill(long moment)
    {
        // After one second it is full, whatever was in it; a clock of several processors may seem to go back a little.
        long elapsed = Math.Min(moment - _filledAt, ticksPerSecond);
        if (elapsed <= 0)
        {
            return;
        }

        _filledAt = moment;
        Int128 due = ((Int128)Rate * elapsed) + _due;
        Int128 bytes = _bytes + (due / ticksPerSecond);
        bool isFull = bytes >= Rate;
        _bytes = isFull ? Rate : (long)bytes;
        _due = isFull ? 0 : (long)(due % ticksPerSecond);
    }
}
