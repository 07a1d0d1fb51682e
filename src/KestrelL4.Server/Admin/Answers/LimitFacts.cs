namespace KestrelL4.Server.Admin.Answers;

/// <summary>Whom a limit holds to which numbers.</summary>
internal abstract record LimitFacts
{
    /// <summary>Whom it holds to its numbers: <c>node</c>, <c>application</c>, <c>client</c>, <c>client_application</c>.</summary>
    public required string Scope { get; init; }

    /// <summary>The connections that wait for a place in it now.</summary>
    public required int Waiting { get; init; }

    /// <summary>The most connections at once; null = no bound.</summary>
    public required int? MaxConcurrentConnections { get; init; }

    /// <summary>The most connections in any window; null = no bound.</summary>
    public required int? ConnectionsPerWindow { get; init; }

    /// <summary>The window's length in seconds.</summary>
    public required double WindowSeconds { get; init; }

    /// <summary>The bytes a second in each direction, for all its connections together; null = no bound.</summary>
    public required long? BytesPerSecond { get; init; }

    /// <summary>How long a connection waits for a place in it, in seconds; 0 = it is refused at once.</summary>
    public required double WaitUpToSeconds { get; init; }
}
