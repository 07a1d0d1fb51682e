using KestrelL4.Server.Health;

namespace KestrelL4.Server.Admin.Answers;

/// <summary>The answer of <c>/status</c>: the node at one moment, without any client's name.</summary>
internal sealed record NodeStatus
{
    /// <summary>How the node is as a whole.</summary>
    public required ComponentStatus Status { get; init; }

    /// <summary>How its components are, by name.</summary>
    public required IReadOnlyDictionary<string, ComponentState> Components { get; init; }

    /// <summary>The version of the program.</summary>
    public required string Version { get; init; }

    /// <summary>The node's name.</summary>
    public required string Node { get; init; }

    /// <summary>When the process began to serve.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>The configuration in force.</summary>
    public required ConfigurationStatus Configuration { get; init; }

    /// <summary>The node's own certificate.</summary>
    public required IdentityStatus Identity { get; init; }

    /// <summary>The clients and grants in force.</summary>
    public required RegistryStatus Registry { get; init; }

    /// <summary>The authority as the node sees it; null = it has none.</summary>
    public required AuthorityStatus? Authority { get; init; }

    /// <summary>The applications, ordered by name.</summary>
    public required IReadOnlyList<ApplicationStatus> Applications { get; init; }

    /// <summary>The limits with numbers that hold all clients together: the node's, and those of applications.</summary>
    public required IReadOnlyList<LimitStatus> Limits { get; init; }
}

/// <summary>The node's own certificate.</summary>
/// <param name="NotAfter">When it expires; null = there is none.</param>
/// <param name="Source">Where it came from: <c>file</c>, <c>authority</c>, <c>cache</c>; null = there is none.</param>
internal sealed record IdentityStatus(DateTimeOffset? NotAfter, string? Source);

/// <summary>The clients and grants in force.</summary>
/// <param name="Source">Where they came from: <c>file</c>, <c>authority</c>, <c>cache</c>; null = there are none yet.</param>
/// <param name="Epoch">The line of revisions they belong to.</param>
/// <param name="Revision">Rises with each change.</param>
/// <param name="Clients">How many clients there are.</param>
/// <param name="AgeSeconds">How long ago the source confirmed the revision, in seconds; null = it never did.</param>
/// <param name="Stale">Whether that is longer than allowed.</param>
internal sealed record RegistryStatus(string? Source, long Epoch, long Revision, int Clients, double? AgeSeconds, bool Stale);

/// <summary>The authority as the node sees it.</summary>
/// <param name="Connected">Whether the last attempt reached it and was not refused.</param>
/// <param name="Since">Since when the component <c>authority</c> has had its status.</param>
/// <param name="LastContact">When it answered last, also to an earlier process; null = never.</param>
/// <param name="FailedAttempts">How many attempts failed in a row.</param>
/// <param name="Failure">Why the last attempt failed; null = it did not.</param>
internal sealed record AuthorityStatus(bool Connected, DateTimeOffset Since, DateTimeOffset? LastContact, int FailedAttempts, string? Failure);

/// <summary>One limit in force that holds all clients together.</summary>
internal sealed record LimitStatus : LimitFacts
{
    /// <summary>The application's name; null for the node's.</summary>
    public required string? Application { get; init; }

    /// <summary>The connections that it counts now.</summary>
    public required int Connections { get; init; }
}
