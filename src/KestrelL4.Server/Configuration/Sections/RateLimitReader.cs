using KestrelL4.RateLimiting;

namespace KestrelL4.Server.Configuration.Sections;

/// <summary>Reads one limit; all have the same shape.</summary>
internal static class RateLimitReader
{
    /// <summary>Reads the limit; an empty section admits everything.</summary>
    public static RateLimit Read(SectionReader section)
    {
        // Most clients of a large registry have no limit of their own.
        if (section.IsEmpty)
        {
            return RateLimit.None;
        }

        var limit = new RateLimit
        {
            MaxConcurrentConnections = section.Integer("MaxConcurrentConnections"),
            ConnectionsPerWindow = section.Integer("ConnectionsPerWindow"),
            Window = section.PositiveDuration("Window", RateLimit.None.Window),
        };
        section.Unsupported("BytesPerSecond");
        section.SupportedOnlyAs("WaitUpTo", "0s");
        section.RefuseUnknownKeys();
        return limit;
    }
}
