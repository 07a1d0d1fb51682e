using KestrelL4.Server.Agent.Contact;
using KestrelL4.Server.Agent.Following;
using KestrelL4.Server.Agent.Identities;
using Microsoft.Extensions.Logging;

namespace KestrelL4.Server.Agent;

/// <summary>Asks the authority again and again: when something is due while it answers, with back-off while it does not.</summary>
/// <param name="round">What is asked.</param>
/// <param name="identity">When the identity is due.</param>
/// <param name="registry">When a refused registry is due.</param>
/// <param name="parts">What all sessions share.</param>
/// <param name="settings">The section in force.</param>
internal sealed partial class RoundsLoop(Round round, IdentityErrand identity, RegistryErrand registry, AgentParts parts, AgentSettings settings)
{
    // More than a heartbeat: the stream has confirmed the registry by then, if it works. And so little that a first attempt over a
    // connection that stalls, 5 s, and the next one over another are done within 15 s.
    private static readonly TimeSpan MostUnheard = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan LeastUnheard = TimeSpan.FromMilliseconds(50);

    private readonly ILogger _logger = parts.Loggers.CreateLogger<RoundsLoop>();
    private readonly Backoff _backoff = new(parts.Time);

    /// <summary>Ends the wait before the next round.</summary>
    public Wake Asking { get; } = new(parts.Time);

    // A round takes up to some seconds, and the revision is to be confirmed every 15 s, or every third of a shorter MaxStaleness.
    private TimeSpan Unheard => settings.Authority.MaxStaleness * (2.0 / 9) is var span && span > MostUnheard ? MostUnheard
        : span < LeastUnheard ? LeastUnheard
        : span;

    /// <summary>Asks until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                ContactFailure? failure = await AskAsync(cancellation).ConfigureAwait(false);
                parts.GivingUp.Judge(settings.Authority, failure);
                await (failure is null ? WaitUntilDueAsync(cancellation) : WaitAfterAsync(failure, cancellation)).ConfigureAwait(false);
            }
            catch (Exception exception) when (!cancellation.IsCancellationRequested)
            {
                Defect(_logger, exception);
                await Task.Delay(_backoff.Fail(), parts.Time, cancellation).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Asks once, and tells how it went. Null = the authority answered everything.</summary>
    public async Task<ContactFailure?> AskAsync(CancellationToken cancellation)
    {
        ContactFailure? failure = await round.RunAsync(cancellation).ConfigureAwait(false);
        if (failure is null)
        {
            _backoff.Reset();
            parts.Standing.Succeed();
            parts.LastGood.Remember(settings.Hash);
        }
        else
        {
            parts.Standing.Fail(failure);
        }

        return failure;
    }

    // An event ends this wait, for it says that the authority is there; but not when it asked to be left alone, or refuses this node:
    // a revocation is undone by people, who are in no hurry.
    private Task WaitAfterAsync(ContactFailure failure, CancellationToken cancellation)
    {
        bool isRevoked = parts.Standing.State.Value.IsRevoked;
        TimeSpan wait = _backoff.Fail(isRevoked ? Backoff.Longest : failure.RetryAfter);

        // No longer than the node's patience, so that its end is noticed; but a node that has lost it may take long to drain.
        wait = parts.GivingUp.Left(settings.Authority) is { Ticks: > 0 } left ? Shorter(wait, left) : wait;
        return isRevoked || failure.RetryAfter is not null ? Task.Delay(wait, parts.Time, cancellation) : Asking.WaitAsync(wait, cancellation);
    }

    private async Task WaitUntilDueAsync(CancellationToken cancellation)
    {
        TimeSpan left;
        do
        {
            left = Unheard - parts.Time.GetElapsedTime(parts.Standing.Heard);
            left = Shorter(Shorter(left, identity.UntilDue), registry.UntilRetry ?? left);
        }
        while (left > TimeSpan.Zero && !await Asking.WaitAsync(left, cancellation).ConfigureAwait(false));
    }

    private static TimeSpan Shorter(TimeSpan one, TimeSpan other) => one < other ? one : other;

    [LoggerMessage(1, LogLevel.Error, "Asking the authority failed, which is a defect to report")]
    private static partial void Defect(ILogger logger, Exception exception);
}
