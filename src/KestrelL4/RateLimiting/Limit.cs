namespace KestrelL4.RateLimiting;

/// <summary>One limit in force: its numbers, the connections it holds now and the permits of its window.</summary>
/// <remarks>Counts the open connections even without numbers, so that numbers set later see them. Thread-safe.</remarks>
public sealed class Limit
{
    private readonly Lock _gate = new();
    private readonly SlidingWindow _window = new();
    private readonly TimeProvider _time;
    private RateLimit _numbers;
    private int _held;

    /// <summary>Puts numbers in force for a scope.</summary>
    /// <param name="scope">Whom the numbers hold; told when they refuse.</param>
    /// <param name="numbers">The numbers.</param>
    /// <param name="time">The clock of the window; null = the system's.</param>
    public Limit(RateLimitScope scope, RateLimit numbers, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(numbers);
        Scope = scope;
        _numbers = numbers;
        _time = time ?? TimeProvider.System;
    }

    /// <summary>Whom the limit holds to its numbers.</summary>
    public RateLimitScope Scope { get; }

    /// <summary>The numbers; new ones apply to the next connection and go on counting the open ones.</summary>
    public RateLimit Numbers
    {
        get => Volatile.Read(ref _numbers);
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            Volatile.Write(ref _numbers, value);
        }
    }

    /// <summary>How many connections it holds now.</summary>
    public int Held => Volatile.Read(ref _held);

    /// <summary>Whether it would admit a connection now; nothing is taken.</summary>
    internal bool HasRoom
    {
        get
        {
            RateLimit numbers = Numbers;
            lock (_gate)
            {
                return _held < (numbers.MaxConcurrentConnections ?? int.MaxValue)
                    && (numbers.ConnectionsPerWindow is not { } permits
                        || _window.HasRoom(_time.GetTimestamp(), WindowTicks(numbers), permits));
            }
        }
    }

    /// <summary>Whether it holds nothing and remembers nothing, so that it may be forgotten.</summary>
    internal bool IsIdle
    {
        get
        {
            lock (_gate)
            {
                return _held == 0 && _window.IsEmptySince(_time.GetTimestamp() - WindowTicks(_numbers));
            }
        }
    }

    /// <summary>Counts a connection in, unless as many as may be are in already.</summary>
    internal bool TryHold()
    {
        lock (_gate)
        {
            if (_held >= (_numbers.MaxConcurrentConnections ?? int.MaxValue))
            {
                return false;
            }

            _held++;
            return true;
        }
    }

    /// <summary>Counts a held connection out.</summary>
    internal void Release()
    {
        lock (_gate)
        {
            _held--;
        }
    }

    /// <summary>Takes a permit of the window, unless it has none left.</summary>
    internal bool TrySpend()
    {
        if (Numbers is not { ConnectionsPerWindow: { } permits } numbers)
        {
            return true;
        }

        lock (_gate)
        {
            return _window.TrySpend(_time.GetTimestamp(), WindowTicks(numbers), permits);
        }
    }

    /// <summary>Gives a permit back that a later limit of the same stack made useless.</summary>
    internal void Refund()
    {
        if (Numbers.ConnectionsPerWindow is not null)
        {
            lock (_gate)
            {
                _window.Refund();
            }
        }
    }

    private long WindowTicks(RateLimit numbers) => (long)(numbers.Window.TotalSeconds * _time.TimestampFrequency);
}
