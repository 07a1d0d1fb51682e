namespace KestrelL4.Authority.RegistryStore;

/// <summary>One line of the audit log.</summary>
/// <param name="Change">The number of the change; each line has the next.</param>
/// <param name="At">When.</param>
/// <param name="Who">Who asked for it: <c>uid 0</c>, <c>node edge-1</c>, <c>authority</c>.</param>
/// <param name="What">What was done, and to whom. No secret.</param>
internal sealed record AuditEntry(long Change, DateTimeOffset At, string Who, string What);
