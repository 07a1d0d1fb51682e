using KestrelL4.Server.Agent.Contact;

namespace KestrelL4.Server.Agent;

/// <summary>How the node stands with the authority at one moment; immutable, replaced whole.</summary>
internal sealed record AgentState
{
    /// <summary>Whether the last attempt reached the authority and was not refused; false before the first.</summary>
    public bool IsConnected { get; init; }

    /// <summary>When the authority answered last, also in an earlier process; null = never.</summary>
    public DateTimeOffset? LastContact { get; init; }

    /// <summary>Why the last attempt failed; null = it did not.</summary>
    public ContactFailure? Failure { get; init; }

    /// <summary>How many attempts failed in a row.</summary>
    public int FailedAttempts { get; init; }

    /// <summary>Whether the authority told that this node is revoked.</summary>
    public bool IsRevoked { get; init; }

    /// <summary>What is wrong with the registry that the authority offers, beginning with <c>rolled back</c> when it went back; null = nothing.</summary>
    public string? RegistryProblem { get; init; }

    /// <summary>Why the identity could not be renewed, when the attempts are used up; null = they are not.</summary>
    public string? RenewalExhausted { get; init; }

    /// <summary>Why what was received cannot be kept on the disk; null = it can.</summary>
    public string? CacheProblem { get; init; }
}
