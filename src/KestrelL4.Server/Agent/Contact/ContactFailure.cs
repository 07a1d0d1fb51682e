namespace KestrelL4.Server.Agent.Contact;

/// <summary>Why the authority did not answer, or refused.</summary>
/// <param name="Fault">Whose fault it is.</param>
/// <param name="Sentence">What happened, where, and what to do, for people. Holds no secret.</param>
internal sealed record ContactFailure(ContactFault Fault, string Sentence)
{
    /// <summary>The word with which the authority refused, one of <see cref="Protocol.RefusalReason"/>; null = it did not refuse.</summary>
    public string? Reason { get; init; }

    /// <summary>How long the authority asks to wait; null = it does not say.</summary>
    public TimeSpan? RetryAfter { get; init; }
}

/// <summary>Whose fault it is that the authority did not answer as it should.</summary>
internal enum ContactFault
{
    /// <summary>Nobody's here: it is away, slow or unreachable.</summary>
    Away,

    /// <summary>The configuration's: a name that does not exist, a port of something else, a foreign certificate, a file that cannot be read.</summary>
    Misconfigured,

    /// <summary>The authority answered, and refused.</summary>
    Refused,
}
