using KestrelL4.Server.Admin.Answers;

namespace KestrelL4.Server.Explaining;

/// <summary>What would become of a connection of a client to an application now.</summary>
internal sealed record Explanation
{
    /// <summary>The client.</summary>
    public required string Client { get; init; }

    /// <summary>The application.</summary>
    public required string Application { get; init; }

    /// <summary>Whether it would get in.</summary>
    public required bool Admitted { get; init; }

    /// <summary>The close reason that it would end with; null when it would get in, or could not even connect.</summary>
    public required string? Refusal { get; init; }

    /// <summary>The upstream that it would get; null when it would not get in, or would wait for a place.</summary>
    public required string? Upstream { get; init; }

    /// <summary>The steps of its life, in order, up to the first that refuses it.</summary>
    public required IReadOnlyList<ExplainedStep> Steps { get; init; }

    /// <summary>The application's upstreams, ordered by name, and which of them may be picked.</summary>
    public required IReadOnlyList<ExplainedUpstream> Upstreams { get; init; }

    /// <summary>The limits that it would be held to; empty when no step got so far.</summary>
    public required IReadOnlyList<ExplainedLimit> Limits { get; init; }
}

/// <summary>One step of a connection's life.</summary>
/// <param name="Step">The step: accept, authenticate, authorize, limit, pick.</param>
/// <param name="Passes">Whether it lets the connection pass.</param>
/// <param name="Refusal">The close reason that it would refuse with; null = it passes, or the port is closed.</param>
/// <param name="Why">Why, for people.</param>
internal sealed record ExplainedStep(string Step, bool Passes, string? Refusal, string Why)
{
    /// <summary>A step that lets the connection pass.</summary>
    public static ExplainedStep Pass(string step, string why) => new(step, Passes: true, null, why);

    /// <summary>A step that refuses it.</summary>
    public static ExplainedStep Refuse(string step, CloseReason? reason, string why) => new(step, Passes: false, reason?.Word(), why);
}

/// <summary>One limit in force that would hold the connection.</summary>
internal sealed record ExplainedLimit : LimitFacts
{
    /// <summary>The connections that it counts now.</summary>
    public required int Held { get; init; }

    /// <summary>Whether it would admit one more now.</summary>
    public required bool Admits { get; init; }
}

/// <summary>One upstream of the application.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Address">Its address and port.</param>
/// <param name="Status">One of <c>available</c>, <c>down</c>, <c>quarantined</c>, <c>draining</c>, <c>full</c>.</param>
/// <param name="Offered">Whether it may be picked now.</param>
/// <param name="Why">Why not, or why only after others, or why all the same; null = nothing speaks against it.</param>
internal sealed record ExplainedUpstream(string Name, string Address, string Status, bool Offered, string? Why);
