using System.Net;
using KestrelL4.Protocol;

namespace KestrelL4.Authority.Identities;

/// <summary>Bounds how often identities are asked for in a minute: by one source, and by all together.</summary>
/// <param name="bySource">The most attempts of one source. 1 or more.</param>
/// <param name="byAll">The most attempts of all sources; bounds the memory too.</param>
/// <param name="time">The authority's clock.</param>
internal sealed class AttemptLimit(int bySource, int byAll, TimeProvider time)
{
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly Queue<(long At, string Source)> _attempts = new();

    /// <summary>Counts an attempt, or refuses it, and then it does not count.</summary>
    /// <returns>Why it is refused; null when it is admitted.</returns>
    public Refusal? Admit(string source)
    {
        lock (_lock)
        {
            long now = time.GetTimestamp();
            while (_attempts.TryPeek(out (long At, string Source) oldest) && time.GetElapsedTime(oldest.At, now) >= Window)
            {
                _attempts.Dequeue();
            }

            if (_attempts.Count(attempt => attempt.Source == source) >= bySource)
            {
                return Refuse(now, _attempts.First(attempt => attempt.Source == source).At, $"more than {bySource} attempts within a minute from {source}");
            }

            if (_attempts.Count >= byAll)
            {
                return Refuse(now, _attempts.Peek().At, $"more than {byAll} attempts within a minute from all sources together");
            }

            _attempts.Enqueue((now, source));
            return null;
        }
    }

    private Refusal Refuse(long now, long oldest, string what)
    {
        TimeSpan wait = Window - time.GetElapsedTime(oldest, now);
        return new Refusal(HttpStatusCode.TooManyRequests, RefusalReason.TooManyAttempts, $"{what}; try again in {Math.Ceiling(wait.TotalSeconds)} s")
        {
            RetryAfter = wait,
        };
    }
}
