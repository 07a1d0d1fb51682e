using KestrelL4.RateLimiting.Shaping;
using KestrelL4.RateLimiting.Waiting;

namespace KestrelL4.RateLimiting;

/// <summary>One limit in force: its numbers, the connections it holds now, the permits of its window and its bytes a second.</summary>
/// <remarks>Counts the open connections even without numbers, so that numbers set later see them. Thread-safe.</remarks>
public sealed class Limit
{
    private readonly SlidingWindow _window = new();
    private readonly LimitLine _line;
    private RateLimit _numbers;
    private Bandwidth? _received;
    private Bandwidth? _sent;
    private int _held;
    private int _expected;

    /// <summary>Puts numbers in force for a scope.</summary>
    /// <param name="scope">Whom the numbers hold; told when they refuse.</param>
    /// <param name="numbers">The numbers.</param>
    /// <param name="time">The clock of the window; null = the system's.</param>
    public Limit(RateLimitScope scope, RateLimit numbers, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(numbers);
        Scope = scope;
        Time = time ?? TimeProvider.System;
        _line = new LimitLine(this);
        _numbers = RateLimit.None;
        Numbers = numbers;
    }

    /// <summary>Whom the limit holds to its numbers.</summary>
    public RateLimitScope Scope { get; }

    /// <summary>
    /// The numbers; new ones apply to the next connection and go on counting the open ones, those who wait meet them at once, and
    /// the bytes of open connections pass by them at once.
    /// </summary>
    public RateLimit Numbers
    {
        get => Volatile.Read(ref _numbers);
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            lock (Gate)
            {
                Shape(value.BytesPerSecond);
                bool isOtherWait = value.WaitUpTo != _numbers.WaitUpTo;
                Volatile.Write(ref _numbers, value);
                Serve();
                if (isOtherWait)
                {
                    _line.KeepTime();
                }
            }
        }
    }

    /// <summary>How many connections it holds now.</summary>
    public int Held => Volatile.Read(ref _held);

    /// <summary>How many connections wait for a place in it now.</summary>
    public int Waiting
    {
        get
        {
            lock (Gate)
            {
                return _line.Count;
            }
        }
    }

    /// <summary>
    /// The one lock of all limits: a connection meets several at once, and only together they tell whether it is admitted, in whose
    /// line it waits, and who is next when one leaves. It is held for less than a microsecond, twice a connection.
    /// </summary>
    internal static Lock Gate { get; } = new();

    /// <summary>The clock of the window and of those who wait.</summary>
    internal TimeProvider Time { get; }

    /// <summary>Whether the bytes of its connections are shaped.</summary>
    internal bool IsShaped => Numbers.BytesPerSecond is not null;

    /// <summary>Whether it would admit a connection now; nothing is taken.</summary>
    internal bool HasRoom
    {
        get
        {
            lock (Gate)
            {
                return HasPlace && HasPermit;
            }
        }
    }

    /// <summary>Whether a connection that finds no room now might wait for some: as many wait as the number that holds them back.</summary>
    internal bool HasRoomToWait
    {
        get
        {
            lock (Gate)
            {
                int? most = HasPlace ? _numbers.ConnectionsPerWindow : _numbers.MaxConcurrentConnections;
                return _numbers.WaitUpTo > TimeSpan.Zero && _line.Count < (most ?? int.MaxValue);
            }
        }
    }

    /// <summary>Whether fewer connections are in than may be. Under <see cref="Gate"/>.</summary>
    internal bool HasPlace => _held < (_numbers.MaxConcurrentConnections ?? int.MaxValue);

    /// <summary>Whether the window has a permit left. Under <see cref="Gate"/>.</summary>
    internal bool HasPermit =>
        _numbers.ConnectionsPerWindow is not { } permits || _window.HasRoom(Time.GetTimestamp(), WindowTicks, permits);

    /// <summary>Whether it holds nothing, nobody waits who would be held, and nothing is remembered, so that it may be forgotten.</summary>
    internal bool IsIdle
    {
        get
        {
            lock (Gate)
            {
                return _held == 0 && _expected == 0 && _window.IsEmptySince(Time.GetTimestamp() - WindowTicks);
            }
        }
    }

    /// <summary>What of its window outlives the process.</summary>
    internal PermitMemory Memory => new(this, _window);

    /// <summary>Those who wait for a place in it. Under <see cref="Gate"/>.</summary>
    internal LimitLine Line => _line;

    /// <summary>The window's length in ticks of the clock.</summary>
    internal long WindowTicks => (long)(_numbers.Window.TotalSeconds * Time.TimestampFrequency);

    /// <summary>The bytes a second of a direction; null = they were never bound.</summary>
    internal Bandwidth? BandwidthOf(Direction direction) => Volatile.Read(ref direction == Direction.Received ? ref _received : ref _sent);

    /// <summary>Counts a connection in and spends a permit, where there is a window. Under <see cref="Gate"/>, after it was found to have room.</summary>
    internal void Take()
    {
        _held++;
        if (_numbers.ConnectionsPerWindow is { } permits)
        {
            _window.TrySpend(Time.GetTimestamp(), WindowTicks, permits);
        }
    }

    /// <summary>Counts a connection out. Under <see cref="Gate"/>; who waits is served after.</summary>
    internal void Leave() => _held--;

    /// <summary>Counts those in, or out with -1, who wait anywhere and will be held by this limit too. Under <see cref="Gate"/>.</summary>
    internal void Expect(int change) => _expected += change;

    /// <summary>Lets those go on who wait, in order of arrival, as long as there is room. Under <see cref="Gate"/>.</summary>
    internal void Serve()
    {
        while (_line.First is { } first)
        {
            if (!HasPlace)
            {
                return;
            }

            if (!HasPermit)
            {
                _line.WakeAt(_window.RoomAt(WindowTicks, _numbers.ConnectionsPerWindow!.Value));
                return;
            }

            first.GoOn();
        }
    }

    private void Shape(long? bytesPerSecond)
    {
        if (bytesPerSecond is not null)
        {
            _received ??= new Bandwidth(Time);
            _sent ??= new Bandwidth(Time);
        }

        _received?.SetRate(bytesPerSecond);
        _sent?.SetRate(bytesPerSecond);
    }
}
