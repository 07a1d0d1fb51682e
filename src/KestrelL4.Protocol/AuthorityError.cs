namespace KestrelL4.Protocol;

/// <summary>Why the authority refuses.</summary>
/// <param name="Reason">A word for programs, one of <see cref="RefusalReason"/>.</param>
/// <param name="Error">A sentence for people: what is wrong, and what to do.</param>
internal sealed record AuthorityError(string Reason, string Error);
