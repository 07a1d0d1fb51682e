using System.Net.Sockets;
using KestrelL4.Server.Configuration.Values;

namespace KestrelL4.Server.Configuration.Sections;

/// <summary>Reads one entry of <c>Applications</c>.</summary>
internal static class ApplicationReader
{
    private static readonly Timeouts TimeoutDefaults = new();
    private static readonly ApplicationSettings Defaults = new();

    /// <summary>Reads the application; its address is also compared with those read before.</summary>
    public static ApplicationConfiguration Read(SectionReader section, ListenReader listens)
    {
        SectionReader timeouts = section.Section("Timeouts");
        var application = new ApplicationConfiguration
        {
            Listen = listens.Read(section),
            Upstreams = section.Named("Upstreams", NameRule.Label, UpstreamReader.Read),
            UpstreamTls = UpstreamTlsReader.Read(section.Section("UpstreamTls")),
            HandshakeTimeout = timeouts.PositiveDuration("Handshake", ApplicationConfiguration.DefaultHandshakeTimeout),
            Timeouts = ReadTimeouts(timeouts),
            ProxyProtocol = ProxyProtocolReader.Read(section.Section("ProxyProtocol")),
            RateLimit = RateLimitReader.Read(section.Section("RateLimit")),
            ClientRateLimit = RateLimitReader.Read(section.Section("ClientRateLimit")),
            Balancing = section.Choice("Balancing", Defaults.Balancing),
            HealthCheck = HealthCheckReader.Read(section.Section("HealthCheck")),
        };
        if (application.Upstreams.Count == 0)
        {
            section.RefuseMissing("Upstreams", "there is no upstream", "name at least one, with its Address");
        }

        UpstreamReader.RefuseNameless(section, application);
        if (application.HealthCheck.Active?.Port is not null && application.Upstreams.Values.Any(static each => each.Address is UnixDomainSocketEndPoint))
        {
            section.Refuse("HealthCheck:Active:Port", "does not go with an upstream at a unix socket", "remove it, or give that upstream an application of its own");
        }

        section.RefuseUnknownKeys();
        return application;
    }

    private static Timeouts ReadTimeouts(SectionReader section)
    {
        var timeouts = new Timeouts
        {
            Connect = section.PositiveDuration("Connect", TimeoutDefaults.Connect),
            Idle = section.PositiveDurationOrNever("Idle", TimeoutDefaults.Idle),
            MaxDuration = section.PositiveDurationOrNever("MaxDuration", TimeoutDefaults.MaxDuration),
            AfterExpiry = section.DurationOrNever("AfterExpiry", TimeoutDefaults.AfterExpiry),
            Queue = section.Duration("Queue", TimeoutDefaults.Queue),
        };
        section.RefuseUnknownKeys();
        return timeouts;
    }
}
