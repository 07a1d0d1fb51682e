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
            Active = ActiveCheckReader.Read(section.Section("Active")),
            Passive = PassiveCheckReader.Read(section.Section("Passive")),
            PanicThreshold = section.Fraction("PanicThreshold", Defaults.PanicThreshold),
            SlowStart = section.Duration("SlowStart", Defaults.SlowStart),
            CloseOnDown = section.Flag("CloseOnDown"),
        };
        section.RefuseUnknownKeys();
        return health;
    }
}
