namespace KestrelL4.Server.Configuration.Sections;

/// <summary>Reads the section <c>HealthCheck:Active</c> of an application.</summary>
internal static class ActiveCheckReader
{
    private const int HighestPort = 65535;

    // No enumerator: what is wrong with the probe is told, and nothing else can be said of its keys.
    private const ProbeKind Refused = (ProbeKind)(-1);

    // Below that a node would do nothing else.
    private static readonly TimeSpan ShortestInterval = TimeSpan.FromMilliseconds(10);

    /// <summary>Reads the section; null = upstreams are not probed.</summary>
    public static ActiveCheckConfiguration? Read(SectionReader section)
    {
        ProbeKind probe = ReadProbe(section);
        string? path = ReadPath(section);
        int? port = section.Integer("Port", min: 1, max: HighestPort);
        var check = new ActiveCheckConfiguration
        {
            Probe = probe,
            Interval = ReadInterval(section),
            Timeout = section.PositiveDuration("Timeout", ActiveCheckConfiguration.DefaultTimeout),
            Rise = section.Integer("Rise") ?? ActiveCheckConfiguration.DefaultRise,
            Fall = section.Integer("Fall") ?? ActiveCheckConfiguration.DefaultFall,

            // Written beside another probe they wait for the day on which it is asked by HTTP.
            Path = probe.IsHttp() ? path : null,
            Port = probe.IsHttp() ? port : null,
        };
        if (probe.IsHttp())
        {
            section.RefuseMissing("Path", $"is required with the probe {probe}", "write what to ask for, such as /healthz");
        }

        section.RefuseUnknownKeys();
        return section.IsSet ? check : null;
    }

    private static ProbeKind ReadProbe(SectionReader section) =>
        section.Choice("Probe", section.IsKeySet("Probe") ? Refused : ActiveCheckConfiguration.DefaultProbe);

    private static TimeSpan ReadInterval(SectionReader section)
    {
        TimeSpan interval = section.PositiveDuration("Interval", ActiveCheckConfiguration.DefaultInterval);
        if (interval < ShortestInterval)
        {
            section.Refuse("Interval", $"is less than {ShortestInterval.TotalMilliseconds}ms", "write a longer one, such as 2s");
        }

        return interval;
    }

    // It goes into the first line of a request as it is.
    private static string? ReadPath(SectionReader section)
    {
        string? text = section.Text("Path");
        if (text is not null && !(text.StartsWith('/') && text.All(static letter => letter is > ' ' and <= '~')))
        {
            section.Refuse(
                "Path", $"{section.Quote("Path", text)} is no path of a URL", "write it with a slash before, in ASCII and without spaces, such as /healthz");
            return null;
        }

        return text;
    }
}
