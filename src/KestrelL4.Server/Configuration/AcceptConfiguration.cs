namespace KestrelL4.Server.Configuration;

/// <summary>How much the whole node takes on: section <c>Accept</c>.</summary>
internal sealed record AcceptConfiguration
{
    /// <summary>The most connections open at once, over all applications. 1 or more; default 100,000.</summary>
    public int MaxConnections { get; init; } = 100_000;

    /// <summary>The most connections in their handshake at once, over all applications. 1 or more; default 1,000.</summary>
    public int MaxConcurrentHandshakes { get; init; } = 1_000;
}
