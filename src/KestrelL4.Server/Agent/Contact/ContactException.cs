namespace KestrelL4.Server.Agent.Contact;

/// <summary>Carries why an attempt failed through HTTP and TLS to the one who asked, who tells it as a <see cref="ContactFailure"/>.</summary>
/// <param name="fault">Whose fault it is.</param>
/// <param name="predicate">What happened and what to do, to be read after the address: <c>refuses connections: …</c>.</param>
internal sealed class ContactException(ContactFault fault, string predicate) : IOException(predicate)
{
    /// <summary>Whose fault it is.</summary>
    public ContactFault Fault { get; } = fault;

    /// <inheritdoc cref="ContactFailure.Reason"/>
    public string? Reason { get; init; }

    /// <inheritdoc cref="ContactFailure.RetryAfter"/>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The innermost reason of ours in an exception of HTTP or TLS; null = there is none.</summary>
    public static ContactException? In(Exception exception)
    {
        for (Exception? inner = exception; inner is not null; inner = inner.InnerException)
        {
            if (inner is ContactException found)
            {
                return found;
            }
        }

        return null;
    }
}
