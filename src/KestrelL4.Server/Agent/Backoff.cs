namespace KestrelL4.Server.Agent;

/// <summary>How long to wait before the next attempt: from 1 s, doubled with every failure, up to 60 s.</summary>
/// <remarks>Each wait is between half of that and the whole, so that a fleet does not come back all at once.</remarks>
/// <param name="time">A clock that nobody sets.</param>
internal sealed class Backoff(TimeProvider time)
{
    /// <summary>The longest wait that it comes to by itself. 60 s.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);

    // An authority that asks for more is not obeyed: nobody would understand why the node does not come back.
    private static readonly TimeSpan MostAsked = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan First = TimeSpan.FromSeconds(1);

    private TimeSpan _next = First;
    private TimeSpan _wait;
    private long _ended;

    /// <summary>How long is still to be waited; zero = nothing.</summary>
    public TimeSpan Left => _wait - time.GetElapsedTime(_ended) is { Ticks: > 0 } left ? left : TimeSpan.Zero;

    /// <summary>An attempt has failed.</summary>
    /// <param name="least">The least wait, such as the authority asks for; obeyed up to 5 minutes. Null = none.</param>
    /// <returns>How long to wait before the next.</returns>
    public TimeSpan Fail(TimeSpan? least = null)
    {
        TimeSpan own = _next * (0.5 + (Random.Shared.NextDouble() / 2));
        TimeSpan asked = TimeSpan.FromTicks(Math.Min((least ?? TimeSpan.Zero).Ticks, MostAsked.Ticks));
        _next = _next * 2 < Longest ? _next * 2 : Longest;
        _wait = own > asked ? own : asked;
        _ended = time.GetTimestamp();
        return _wait;
    }

    /// <summary>An attempt has succeeded.</summary>
    /// <param name="rest">How long to wait before the next all the same; default zero.</param>
    public void Reset(TimeSpan rest = default)
    {
        _next = First;
        _wait = rest;
        _ended = time.GetTimestamp();
    }
}
