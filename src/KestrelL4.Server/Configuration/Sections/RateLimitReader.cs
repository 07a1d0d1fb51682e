using KestrelL4.RateLimiting;

namespace KestrelL4.Server.Configuration.Sections;

/// <summary>Reads one limit; all have the same shape.</summary>
internal static class RateLimitReader
{
    private const string BytesPerSecond = "BytesPerSecond";
    private const string WaitUpTo = "WaitUpTo";

    /// <summary>Reads the limit; an empty section admits everything.</summary>
    public static RateLimit Read(SectionReader section)
    {
        // Most clients of a large registry have no limit of their own.
        if (section.IsEmpty)
        {
            return RateLimit.None;
        }

        RateLimit limit = ReadNumbers(section) with
        {
            BytesPerSecond = Bytes(section),
            WaitUpTo = section.Duration(WaitUpTo, RateLimit.None.WaitUpTo),
        };
        section.RefuseUnknownKeys();
        return limit;
    }

    /// <summary>Reads the limit of a source address, which is asked before TLS: it has no bytes to shape, and nobody waits in it.</summary>
    public static RateLimit ReadOfSource(SectionReader section)
    {
        RateLimit limit = ReadNumbers(section);
        if (Bytes(section) is not null)
        {
            section.Refuse(
                BytesPerSecond, "is not possible for a source address, which is limited before TLS", "remove it, or set it in RateLimit for the whole node");
        }

        if (section.Duration(WaitUpTo, TimeSpan.Zero) > TimeSpan.Zero)
        {
            section.Refuse(
                WaitUpTo, "is not possible for a source address, which is refused at once", "remove it, or set it in RateLimit for the whole node");
        }

        section.RefuseUnknownKeys();
        return limit;
    }

    private static RateLimit ReadNumbers(SectionReader section) => new()
    {
        MaxConcurrentConnections = section.Integer("MaxConcurrentConnections"),
        ConnectionsPerWindow = section.Integer("ConnectionsPerWindow"),
        Window = section.PositiveDuration("Window", RateLimit.None.Window),
    };

    private static long? Bytes(SectionReader section) =>
        section.Bytes(BytesPerSecond, "such as 10000000 for ten megabytes a second");
}
