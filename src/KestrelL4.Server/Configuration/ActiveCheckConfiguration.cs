namespace KestrelL4.Server.Configuration;

/// <summary>How the upstreams of an application are probed: the section <c>HealthCheck:Active</c>.</summary>
internal sealed record ActiveCheckConfiguration
{
    /// <summary>The default of <see cref="Probe"/>.</summary>
    public const ProbeKind DefaultProbe = ProbeKind.Tcp;

    /// <summary>The default of <see cref="Interval"/>.</summary>
    public static readonly TimeSpan DefaultInterval = TimeSpan.FromSeconds(2);

    /// <summary>The default of <see cref="Timeout"/>.</summary>
    public static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(1);

    /// <summary>The default of <see cref="Rise"/>.</summary>
    public const int DefaultRise = 2;

    /// <summary>The default of <see cref="Fall"/>.</summary>
    public const int DefaultFall = 3;

    /// <summary>What is asked. Default: to accept a connection.</summary>
    public ProbeKind Probe { get; init; } = DefaultProbe;

    /// <summary>The longest time between two probes of one upstream, apart from what they take. More than zero; default 2 s.</summary>
    public TimeSpan Interval { get; init; } = DefaultInterval;

    /// <summary>How long one probe may take as a whole. More than zero; default 1 s.</summary>
    public TimeSpan Timeout { get; init; } = DefaultTimeout;

    /// <summary>How many successes in a row bring an upstream back that is down. 1 or more; default 2.</summary>
    public int Rise { get; init; } = DefaultRise;

    /// <summary>How many failures in a row take an upstream down. 1 or more; default 3.</summary>
    public int Fall { get; init; } = DefaultFall;

    /// <summary>What a GET asks for; begins with a slash. Null unless it is asked by HTTP.</summary>
    public string? Path { get; init; }

    /// <summary>The port that is asked by HTTP. 1 to 65535; default null = the upstream's own.</summary>
    public int? Port { get; init; }
}
