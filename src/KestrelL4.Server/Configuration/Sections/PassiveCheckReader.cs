namespace KestrelL4.Server.Configuration.Sections;

/// <summary>Reads the section <c>HealthCheck:Passive</c> of an application.</summary>
internal static class PassiveCheckReader
{
    private static readonly PassiveCheckConfiguration Defaults = new();

    /// <summary>Reads the section; an empty one means the defaults.</summary>
    public static PassiveCheckConfiguration Read(SectionReader section)
    {
        var check = new PassiveCheckConfiguration
        {
            Failures = section.Integer("Failures", min: 0) ?? Defaults.Failures,
            Quarantine = section.PositiveDuration("Quarantine", Defaults.Quarantine),
            MaxQuarantine = section.PositiveDuration("MaxQuarantine", Defaults.MaxQuarantine),
        };
        if (check.MaxQuarantine < check.Quarantine)
        {
            string key = section.IsKeySet("MaxQuarantine") ? "MaxQuarantine" : "Quarantine";
            section.Refuse(key, "MaxQuarantine is shorter than Quarantine", "write a MaxQuarantine at least as long as Quarantine");
        }

        section.RefuseUnknownKeys();
        return check;
    }
}
