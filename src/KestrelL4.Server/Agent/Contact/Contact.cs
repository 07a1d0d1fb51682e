namespace KestrelL4.Server.Agent.Contact;

/// <summary>What came of asking the authority: its answer, or why there is none.</summary>
/// <param name="Answer">The answer; null = there is none.</param>
/// <param name="Failure">Why; null = there is an answer.</param>
internal readonly record struct Contact<T>(T? Answer, ContactFailure? Failure)
    where T : class
{
    /// <summary>An answer.</summary>
    public static implicit operator Contact<T>(T answer) => new(answer, null);

    /// <summary>A failure.</summary>
    public static implicit operator Contact<T>(ContactFailure failure) => new(null, failure);
}
