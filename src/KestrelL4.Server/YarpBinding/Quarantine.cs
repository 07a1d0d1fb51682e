using KestrelL4.Forwarding;
using KestrelL4.Server.Configuration;

namespace KestrelL4.Server.YarpBinding;

/// <summary>Counts the failed dials of one upstream, and says from when to when they keep it out.</summary>
/// <remarks>Not safe for concurrent use, but for <see cref="IsClean"/>. Moments are in the clock's ticks.</remarks>
/// <param name="time">The clock.</param>
internal sealed class Quarantine(TimeProvider time)
{
    // As long as one who tries an upstream waits for a refusal that comes when it seemed connected.
    private static readonly TimeSpan Doubt = TlsRefusal.Patience;

    private int _failures;
    private int _times;
    private Forgiven? _forgiven;
    private TimeSpan _duration;
    private long? _begunAt;
    private volatile bool _isClean = true;

    /// <summary>Whether the latest dial or probe succeeded, or none has failed: another success changes nothing. From any thread.</summary>
    public bool IsClean => _isClean;

    /// <summary>How long it still lasts; zero = there is none.</summary>
    public TimeSpan Remaining =>
        _begunAt is { } begunAt && _duration - time.GetElapsedTime(begunAt) is var rest && rest > TimeSpan.Zero ? rest : TimeSpan.Zero;

    /// <summary>Takes in a failed dial.</summary>
    /// <param name="check">How many it takes, and how long it lasts then.</param>
    /// <returns>Whether a quarantine begins by it.</returns>
    public bool Fail(PassiveCheckConfiguration check)
    {
        // One that was begun before, or that was tried for want of any other, tells nothing new.
        if (Remaining > TimeSpan.Zero)
        {
            return false;
        }

        _isClean = false;
        _failures++;
        if (_times == 0 && _failures < check.Failures)
        {
            return false;
        }

        _duration = DurationOf(check);
        _begunAt = time.GetTimestamp();
        _failures = 0;
        _times++;
        return true;
    }

    /// <summary>Ends it, and forgets every failure: a dial or a probe has succeeded, or nobody counts any more.</summary>
    public void Clear()
    {
        _forgiven = new Forgiven(_failures, _times, time.GetTimestamp());
        _failures = 0;
        _times = 0;
        _begunAt = null;
        _isClean = true;
    }

    /// <summary>
    /// Counts on from before the latest success, for TLS failed: with TLS 1.3 an upstream that does not accept our certificate
    /// seems connected first, each time, and would otherwise never have failed twice in a row.
    /// </summary>
    public void DoubtSuccess()
    {
        if (_forgiven is { } forgiven && time.GetElapsedTime(forgiven.At) < Doubt)
        {
            _failures += forgiven.Failures;
            _times += forgiven.Times;
        }

        _forgiven = null;
    }

    // The most is reached long before a duration runs over.
    private TimeSpan DurationOf(PassiveCheckConfiguration check)
    {
        TimeSpan duration = check.Quarantine;
        for (int doubled = 0; doubled < _times && duration < check.MaxQuarantine; doubled++)
        {
            duration *= 2;
        }

        return duration < check.MaxQuarantine ? duration : check.MaxQuarantine;
    }

    /// <summary>What a success made forgotten.</summary>
    /// <param name="Failures">The failures in a row.</param>
    /// <param name="Times">The quarantines in a row.</param>
    /// <param name="At">When, in the clock's ticks.</param>
    private sealed record Forgiven(int Failures, int Times, long At);
}
