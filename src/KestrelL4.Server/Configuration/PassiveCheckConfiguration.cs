namespace KestrelL4.Server.Configuration;

/// <summary>What failed dials cost an upstream: the section <c>HealthCheck:Passive</c>.</summary>
internal sealed record PassiveCheckConfiguration
{
    /// <summary>The default of <see cref="Failures"/>.</summary>
    public const int DefaultFailures = 3;

    /// <summary>The default of <see cref="Quarantine"/>.</summary>
    public static readonly TimeSpan DefaultQuarantine = TimeSpan.FromSeconds(10);

    /// <summary>The default of <see cref="MaxQuarantine"/>.</summary>
    public static readonly TimeSpan DefaultMaxQuarantine = TimeSpan.FromMinutes(5);

    /// <summary>How many failed dials in a row put an upstream in quarantine. 0 or more; default 3; 0 = never.</summary>
    public int Failures { get; init; } = DefaultFailures;

    /// <summary>How long the first quarantine lasts; each further one without a success in between lasts twice as long. More than zero; default 10 s.</summary>
    public TimeSpan Quarantine { get; init; } = DefaultQuarantine;

    /// <summary>The longest quarantine. At least <see cref="Quarantine"/>; default 5 min.</summary>
    public TimeSpan MaxQuarantine { get; init; } = DefaultMaxQuarantine;
}
