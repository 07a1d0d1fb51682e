using KestrelL4.Server.Agent.Contact;
using KestrelL4.Server.Configuration;

namespace KestrelL4.Server.Agent;

/// <summary>Says when the node must end for want of the authority.</summary>
/// <param name="standing">How the node stands with it.</param>
/// <param name="time">A clock that nobody sets.</param>
internal sealed class GivingUp(Standing standing, TimeProvider time)
{
    private readonly TaskCompletionSource<string> _reason = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly long _start = time.GetTimestamp();

    /// <summary>Completes with the reason.</summary>
    public Task<string> Reason => _reason.Task;

    /// <summary>How long the node goes on trying; null = for ever, or the authority was reached once.</summary>
    /// <param name="configuration">The section in force.</param>
    public TimeSpan? Left(AuthorityConfiguration configuration) =>
        configuration is { OnUnavailable: OnUnavailable.KeepRunning, ExitAfter: { } patience } && !standing.HasSucceeded
            ? patience - time.GetElapsedTime(_start) is { Ticks: > 0 } left ? left : TimeSpan.Zero
            : null;

    /// <summary>Judges after an attempt.</summary>
    /// <param name="configuration">The section in force.</param>
    /// <param name="failure">Why it failed; null = it did not.</param>
    public void Judge(AuthorityConfiguration configuration, ContactFailure? failure)
    {
        if (failure is not null && Left(configuration) == TimeSpan.Zero)
        {
            _reason.TrySetResult($"the authority was not reached once in {configuration.ExitAfter}: {failure.Sentence}");
        }

        if (configuration.OnRenewalExhausted == OnRenewalExhausted.Exit && standing.State.Value.RenewalExhausted is { } exhausted)
        {
            _reason.TrySetResult(exhausted);
        }
    }
}
