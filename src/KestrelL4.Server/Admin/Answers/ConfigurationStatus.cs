namespace KestrelL4.Server.Admin.Answers;

/// <summary>The configuration in force.</summary>
/// <param name="Hash">Tells one configuration from another.</param>
/// <param name="AppliedAt">Since when it has been in force.</param>
/// <param name="Rejected">The newer one that was refused; null = the one in force is the newest.</param>
internal sealed record ConfigurationStatus(string Hash, DateTimeOffset AppliedAt, RejectedConfiguration? Rejected = null);

/// <summary>A configuration that was refused, so that the one before it stayed in force.</summary>
/// <param name="At">When it was refused.</param>
/// <param name="Errors">What is wrong with it.</param>
internal sealed record RejectedConfiguration(DateTimeOffset At, RejectedErrors Errors)
{
    /// <summary>The refusal as far as its reader may know it: errors quote what the operator wrote, so the public gets their number.</summary>
    public static RejectedConfiguration For(Audience audience, DateTimeOffset at, IReadOnlyList<string> errors) =>
        new(at, new RejectedErrors(errors.Count, audience == Audience.Operator ? errors : null));
}
