namespace KestrelL4.Server;

/// <summary>What came of an enrolment.</summary>
/// <param name="Result">How it ended.</param>
/// <param name="Enrolled">What was obtained; null = nothing.</param>
/// <param name="Problems">Why nothing was, for an operator to read; each is whole.</param>
internal sealed record EnrolmentOutcome(EnrolmentResult Result, EnrolledNode? Enrolled, IReadOnlyList<string> Problems);

/// <summary>What an enrolment has put in the state directory.</summary>
/// <param name="Node">The node's name at the authority.</param>
/// <param name="NotAfter">When its certificate ends.</param>
/// <param name="Epoch">Of the registry.</param>
/// <param name="Revision">Of the registry.</param>
/// <param name="Clients">How many clients the registry has.</param>
/// <param name="StateDirectory">The state directory.</param>
internal sealed record EnrolledNode(string Node, DateTimeOffset NotAfter, long Epoch, long Revision, int Clients, string StateDirectory);

/// <summary>How an enrolment ended; the number is the exit code of <c>enroll</c>.</summary>
internal enum EnrolmentResult
{
    /// <summary>Identity and registry are in the state directory.</summary>
    Done = 0,

    /// <summary>The configuration is wrong, or the authority refused.</summary>
    Refused = 1,

    /// <summary>The state directory is unsafe, in use, or takes nothing.</summary>
    StateDirectoryUnusable = 2,

    /// <summary>The authority cannot be reached.</summary>
    AuthorityAway = 3,
}
