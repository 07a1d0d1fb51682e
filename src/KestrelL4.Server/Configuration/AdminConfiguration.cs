namespace KestrelL4.Server.Configuration;

/// <summary>The read-only administration endpoint: section <c>Admin</c>.</summary>
internal sealed record AdminConfiguration
{
    /// <summary>Where it listens. Default 127.0.0.1:9780.</summary>
    public ListenAddress Listen { get; init; } = ListenAddress.Loopback(9780);

    /// <summary>Host names beyond IP addresses, <c>localhost</c> and the bound name that a request may carry. Default none.</summary>
    public IReadOnlyList<string> AllowedHosts { get; init; } = [];
}
