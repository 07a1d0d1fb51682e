using KestrelL4.Protocol.Snapshots;

namespace KestrelL4.Authority.Tests;

/// <summary>A registry of many clients: each has one certificate, two grants and a limit of its own.</summary>
internal static class ManyClients
{
    /// <summary>The clients by name.</summary>
    public static Dictionary<string, RegisteredClient> Of(int count) => Enumerable.Range(0, count).ToDictionary(
        static number => $"client-{number:D6}",
        static number => new RegisteredClient
        {
            SerialNumbers = [$"authority:4DF6F51302A428F769EB4E04{number:X8}"],
            Applications = ["postgres", "redis"],
            RateLimits = number % 2 == 1 ? null : new Dictionary<string, RegisteredLimit>
            {
                ["postgres"] = new() { ConnectionsPerWindow = 10, Window = TimeSpan.FromSeconds(2), WaitUpTo = TimeSpan.FromSeconds(1) },
            },
            RateLimit = number % 2 == 0 ? null : new RegisteredLimit { MaxConcurrentConnections = 5, BytesPerSecond = 10_000_000_000 },
            Disabled = number % 7 == 6,
        });

    /// <summary>A snapshot of them.</summary>
    public static Snapshot Snapshot(int count, TimeProvider time) => new()
    {
        AuthorityId = "a",
        Epoch = 3,
        Revision = 7,
        Fingerprint = "00ff",
        IssuedAt = time.GetUtcNow(),
        ClientIssuers = ["AAAA"],
        RevokedCertificates = ["main:FF", "authority:01"],
        Clients = Of(count),
    };
}
