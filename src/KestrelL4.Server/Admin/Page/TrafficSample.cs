namespace KestrelL4.Server.Admin.Page;

/// <summary>What the node did in one short span of time, all its applications together and each of them.</summary>
internal sealed record TrafficSample
{
    /// <summary>The end of the span.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The length of the span in seconds.</summary>
    public required double Seconds { get; init; }

    /// <summary>Connections open at its end.</summary>
    public required long Connections { get; init; }

    /// <summary>Bytes from clients that reached upstreams in it.</summary>
    public required long BytesReceived { get; init; }

    /// <summary>Bytes from upstreams that were sent to clients in it.</summary>
    public required long BytesSent { get; init; }

    /// <summary>Connections refused in it, by close reason; only those reasons that occurred.</summary>
    public required IReadOnlyDictionary<string, long> Refusals { get; init; }

    /// <summary>The applications that had anything to tell.</summary>
    public required IReadOnlyList<ApplicationTraffic> Applications { get; init; }
}

/// <summary>What the applications of one name did in a span; more than one where a removed one drains beside its successor.</summary>
/// <param name="Name">The application's name.</param>
/// <param name="Connections">Connections open at its end.</param>
/// <param name="BytesReceived">Bytes from clients that reached upstreams in it.</param>
/// <param name="BytesSent">Bytes from upstreams that were sent to clients in it.</param>
/// <param name="Refusals">Connections refused in it.</param>
internal readonly record struct ApplicationTraffic(string Name, long Connections, long BytesReceived, long BytesSent, long Refusals)
{
    /// <summary>Whether there is nothing to tell.</summary>
    public bool IsQuiet => (Connections, BytesReceived, BytesSent, Refusals) is (0, 0, 0, 0);

    /// <summary>Together with what another one did.</summary>
    public ApplicationTraffic And(ApplicationTraffic other) => new(
        Name, Connections + other.Connections, BytesReceived + other.BytesReceived, BytesSent + other.BytesSent, Refusals + other.Refusals);
}

/// <summary>The samples of the last minutes.</summary>
/// <param name="Number">How many were ever taken.</param>
/// <param name="Samples">Those that are kept, oldest first.</param>
internal sealed record TrafficRecord(long Number, IReadOnlyList<TrafficSample> Samples);
