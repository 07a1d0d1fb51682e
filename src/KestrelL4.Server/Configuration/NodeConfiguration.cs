using KestrelL4.RateLimiting;

namespace KestrelL4.Server.Configuration;

/// <summary>What the operator wrote for one node, checked: the section <c>KestrelL4</c>.</summary>
/// <remarks>Names are compared without case. Every path is absolute.</remarks>
internal sealed record NodeConfiguration
{
    /// <summary>Where the node keeps what must outlive it; created with mode 0700. An absolute path.</summary>
    public required string StateDirectory { get; init; }

    /// <summary>The node's own certificate and key on files; null = the authority issues them.</summary>
    public required IdentityConfiguration? Identity { get; init; }

    /// <summary>The authority; null = there is none.</summary>
    public AuthorityConfiguration? Authority { get; init; }

    /// <summary>The issuers of client certificates by name; at least one where there is no authority.</summary>
    public required IReadOnlyDictionary<string, ClientAuthorityConfiguration> ClientAuthorities { get; init; }

    /// <summary>The applications by name; at least one.</summary>
    public required IReadOnlyDictionary<string, ApplicationConfiguration> Applications { get; init; }

    /// <summary>The registered clients by name; may be empty.</summary>
    public required IReadOnlyDictionary<string, ClientConfiguration> Clients { get; init; }

    /// <summary>How much the whole node takes on.</summary>
    public AcceptConfiguration Accept { get; init; } = new();

    /// <summary>What the node does before its memory is used up.</summary>
    public OverloadConfiguration Overload { get; init; } = new();

    /// <summary>The limit of all authenticated clients of the node together. Default: none.</summary>
    public RateLimit RateLimit { get; init; } = RateLimit.None;

    /// <summary>The limit of each source address before TLS; IPv6 counts by /64. Default: none.</summary>
    public RateLimit SourceRateLimit { get; init; } = RateLimit.None;

    /// <summary>The read-only administration endpoint.</summary>
    public AdminConfiguration Admin { get; init; } = new();

    /// <summary>How the node ends.</summary>
    public DrainConfiguration Drain { get; init; } = new();

    /// <summary>Every file that it names.</summary>
    public IEnumerable<string> Files() =>
        ClientAuthorities.Values
            .SelectMany(static authority => new[] { authority.Certificate, authority.RevocationList })
            .Concat([Identity?.Certificate, Identity?.Key])
            .OfType<string>()
            .Concat(Authority?.Files() ?? [])
            .Concat(UpstreamTls().SelectMany(static section => section.Configuration.Files()));

    /// <summary>Every section <c>UpstreamTls</c>, of applications and of their upstreams.</summary>
    public IEnumerable<UpstreamTlsSection> UpstreamTls()
    {
        foreach ((string name, ApplicationConfiguration application) in Applications)
        {
            if (application.UpstreamTls is { } own)
            {
                yield return new UpstreamTlsSection(name, UpstreamTlsSection.KeyPathOf(name), own);
            }

            foreach ((string upstream, UpstreamConfiguration settings) in application.Upstreams)
            {
                if (settings.Tls is { } replacing)
                {
                    yield return new UpstreamTlsSection(name, UpstreamTlsSection.KeyPathOf(name, upstream), replacing);
                }
            }
        }
    }

    /// <summary>Every address to listen at, with the key that names it.</summary>
    public IEnumerable<(string KeyPath, ListenAddress Address)> Listens() =>
        Applications
            .Select(static entry => ($"KestrelL4:Applications:{entry.Key}:Listen", entry.Value.Listen))
            .Append(("KestrelL4:Admin:Listen", Admin.Listen));
}
