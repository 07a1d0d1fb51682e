using Microsoft.Extensions.Logging;

namespace KestrelL4.Authority.Api;

/// <summary>Tells of refusals: at most one line a second for each reason, with the count of those passed over.</summary>
/// <param name="logger">Where.</param>
/// <param name="time">The authority's clock.</param>
internal sealed partial class RefusalLog(ILogger<RefusalLog> logger, TimeProvider time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    // Reasons are words of ours, so they are few.
    private readonly Dictionary<string, (long ToldAt, int Untold)> _reasons = [];
    private readonly Lock _lock = new();

    /// <summary>Tells of one, or counts it.</summary>
    public void Tell(Peer peer, Refusal refusal)
    {
        int untold = 0;
        lock (_lock)
        {
            if (_reasons.TryGetValue(refusal.Reason, out (long ToldAt, int Untold) last))
            {
                if (time.GetElapsedTime(last.ToldAt) < Interval)
                {
                    _reasons[refusal.Reason] = (last.ToldAt, last.Untold + 1);
                    return;
                }

                untold = last.Untold;
            }

            _reasons[refusal.Reason] = (time.GetTimestamp(), 0);
        }

        Refused(logger, refusal.Reason, peer.Source, refusal.Text, untold);
    }

    [LoggerMessage(1, LogLevel.Warning, "Refused, {Reason}, from {Source}: {Text}. Refused for this reason since the last such line: {Untold}")]
    private static partial void Refused(ILogger logger, string reason, string source, string text, int untold);
}
