namespace KestrelL4.Server.Configuration.Sections;

/// <summary>Reads the section <c>HealthCheck</c> of an application.</summary>
internal static class HealthCheckReader
{
    private static readonly HealthCheckConfiguration Defaults = new();

    /// <summary>Reads the section; an empty one means the defaults.</summary>
    public static HealthCheckConfiguration Read(SectionReader section)
    {
        var health = new HealthCheckConfiguration
        {
            PanicThreshold = section.Fraction("PanicThreshold", Defaults.PanicThreshold),
            SlowStart = section.Duration("SlowStart", Defaults.SlowStart),
            CloseOnDown = section.Flag("CloseOnDown"),
        };
        section.Unsupported("Active", "Passive");
        section.RefuseUnknownKeys();
        return health;
    }
}
