using KestrelL4.Protocol;
using KestrelL4.Server.Agent.Contact;
using Microsoft.Extensions.Logging;

namespace KestrelL4.Server.Agent;

/// <summary>How the node stands with the authority; tells each change once. Safe to use from any thread.</summary>
/// <param name="logger">Where it logs.</param>
/// <param name="time">The node's clock.</param>
internal sealed partial class Standing(ILogger<Standing> logger, TimeProvider time)
{
    private TaskCompletionSource _connected = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _heard = time.GetTimestamp();
    private long _answers;

    /// <summary>The state.</summary>
    public Announced<AgentState> State { get; } = new(new AgentState());

    /// <summary>Whether the authority was reached in this process and did not refuse.</summary>
    public bool HasSucceeded => Answers > 0;

    /// <summary>How often it has; a wait for its next answer compares.</summary>
    public long Answers => Interlocked.Read(ref _answers);

    /// <summary>When the authority last answered and did not refuse, as a timestamp of the clock; at first, when this was made.</summary>
    public long Heard => Volatile.Read(ref _heard);

    /// <summary>Completes when the node is connected.</summary>
    public Task Connected => Volatile.Read(ref _connected).Task;

    /// <summary>The authority has sent an event. Whoever was not connected is so only when it has answered all that is asked.</summary>
    public void Hear()
    {
        Volatile.Write(ref _heard, time.GetTimestamp());
        Interlocked.Increment(ref _answers);
        State.Change(before => before with { LastContact = time.GetUtcNow() });
    }

    /// <summary>The authority has answered everything, and refused nothing.</summary>
    public void Succeed()
    {
        Volatile.Write(ref _heard, time.GetTimestamp());
        Interlocked.Increment(ref _answers);
        State.Change(before =>
        {
            if (!before.IsConnected)
            {
                Reached(logger, before.FailedAttempts);
            }

            _connected.TrySetResult();
            return before with { IsConnected = true, LastContact = time.GetUtcNow(), Failure = null, FailedAttempts = 0, IsRevoked = false };
        });
    }

    /// <summary>An attempt has failed.</summary>
    public void Fail(ContactFailure failure)
    {
        State.Change(before =>
        {
            if (_connected.Task.IsCompleted)
            {
                Volatile.Write(ref _connected, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            }

            if (before.Failure is not { } last || last.Fault != failure.Fault || last.Reason != failure.Reason)
            {
                Failed(logger, failure.Sentence);
            }

            bool isAnswer = failure.Reason is not null;
            return before with
            {
                IsConnected = false,
                LastContact = isAnswer ? time.GetUtcNow() : before.LastContact,
                Failure = failure,
                FailedAttempts = before.FailedAttempts + 1,
                IsRevoked = isAnswer ? failure.Reason == RefusalReason.NodeRevoked : before.IsRevoked,
            };
        });
    }

    /// <summary>Another section is in force: what failed before says nothing about it.</summary>
    public void Reset() => State.Change(static before => before with { FailedAttempts = 0, RenewalExhausted = null, IsRevoked = false });

    /// <summary>When the authority answered an earlier process last.</summary>
    public void Remember(DateTimeOffset? lastContact) => State.Change(before => before with { LastContact = lastContact });

    /// <summary>What is wrong with the registry that the authority offers; null = nothing.</summary>
    public void TellRegistry(string? problem) => State.Change(before =>
    {
        if (problem is not null && before.RegistryProblem != problem)
        {
            RegistryRefused(logger, problem);
        }
        else if (problem is null && before.RegistryProblem is not null)
        {
            RegistryGood(logger);
        }

        return before with { RegistryProblem = problem };
    });

    /// <summary>Why the identity could not be renewed, when the attempts are used up; null = they are not.</summary>
    public void TellRenewal(string? exhausted) => State.Change(before =>
    {
        if (exhausted is not null && before.RenewalExhausted is null)
        {
            RenewalExhausted(logger, exhausted);
        }

        return before with { RenewalExhausted = exhausted };
    });

    /// <summary>Why what was received cannot be kept on the disk; null = it can.</summary>
    public void TellCache(string? problem) => State.Change(before =>
    {
        if (problem is not null && before.CacheProblem is null)
        {
            NotKept(logger, problem);
        }
        else if (problem is null && before.CacheProblem is not null)
        {
            KeptAgain(logger);
        }

        return before with { CacheProblem = problem };
    });

    [LoggerMessage(1, LogLevel.Information, "The authority answers, after {Attempts} failed attempts")]
    private static partial void Reached(ILogger logger, int attempts);

    [LoggerMessage(2, LogLevel.Warning, "The authority does not answer as it should, and is tried again: {Problem}")]
    private static partial void Failed(ILogger logger, string problem);

    [LoggerMessage(3, LogLevel.Warning, "The authority's registry is refused, and the former one stays in force: {Problem}")]
    private static partial void RegistryRefused(ILogger logger, string problem);

    [LoggerMessage(4, LogLevel.Information, "The authority's registry is good again")]
    private static partial void RegistryGood(ILogger logger);

    [LoggerMessage(5, LogLevel.Warning, "{Problem}")]
    private static partial void RenewalExhausted(ILogger logger, string problem);

    [LoggerMessage(6, LogLevel.Warning, "What the authority gave is in force, but a restart will not find it: {Problem}")]
    private static partial void NotKept(ILogger logger, string problem);

    [LoggerMessage(7, LogLevel.Information, "What the authority gave is kept on the disk again")]
    private static partial void KeptAgain(ILogger logger);
}
