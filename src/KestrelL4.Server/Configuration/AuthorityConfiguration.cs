using KestrelL4.Protocol;

namespace KestrelL4.Server.Configuration;

/// <summary>The authority that issues the node's identity and serves its registry: the section <c>Authority</c>.</summary>
internal sealed record AuthorityConfiguration
{
    /// <summary>The default of <see cref="RenewalAttempts"/>.</summary>
    public const int DefaultRenewalAttempts = 7;

    /// <summary>The default of <see cref="MaxStaleness"/>.</summary>
    public static readonly TimeSpan DefaultMaxStaleness = TimeSpan.FromHours(24);

    /// <summary>Where the authority is, tried in order; at least one, each <c>https</c> without a path.</summary>
    public required IReadOnlyList<Uri> Urls { get; init; }

    /// <summary>The file of the join token, read when the node has to join. An absolute path; null = there is none.</summary>
    public string? JoinTokenFile { get; init; }

    /// <summary>The PEM file of the authority's root. An absolute path; null = the root is known by <see cref="CaPin"/>.</summary>
    public string? Ca { get; init; }

    /// <summary>By what the authority's root is known; null = by <see cref="Ca"/>.</summary>
    public CaPin? CaPin { get; init; }

    /// <summary>What leads to the authority where the direct way does not: <c>http</c>, <c>socks5</c> or <c>ssh</c>; null = nothing.</summary>
    public Uri? Via { get; init; }

    /// <summary>
    /// The file of settings that the OpenSSH client reads in place of the user's and the system's, where <see cref="Via"/> is
    /// <c>ssh</c>. An absolute path; null = it finds its settings by itself.
    /// </summary>
    public string? SshConfig { get; init; }

    /// <summary>Which way is gone. Default: <see cref="Configuration.Pathway.Auto"/>.</summary>
    public Pathway Pathway { get; init; } = Pathway.Auto;

    /// <summary>What a start without the authority comes to. Default: <see cref="Configuration.OnUnavailable.ExitOnFirstRun"/>.</summary>
    public OnUnavailable OnUnavailable { get; init; } = OnUnavailable.ExitOnFirstRun;

    /// <summary>How long a node that keeps running without ever having reached the authority goes on trying. More than zero; null = for ever.</summary>
    public TimeSpan? ExitAfter { get; init; }

    /// <summary>How many attempts at a renewal may fail in a row before it is exhausted. 1 or more; default 7.</summary>
    public int RenewalAttempts { get; init; } = DefaultRenewalAttempts;

    /// <summary>What follows then. Default: <see cref="Configuration.OnRenewalExhausted.Degrade"/>.</summary>
    public OnRenewalExhausted OnRenewalExhausted { get; init; } = OnRenewalExhausted.Degrade;

    /// <summary>How long the registry may be unconfirmed before it is stale. More than zero; default 24 h.</summary>
    public TimeSpan MaxStaleness { get; init; } = DefaultMaxStaleness;

    /// <summary>What a stale registry does to new connections. Default: <see cref="Configuration.OnStale.Deny"/>.</summary>
    public OnStale OnStale { get; init; } = OnStale.Deny;

    /// <summary>Every file that it names.</summary>
    public IEnumerable<string> Files() => new[] { Ca, JoinTokenFile }.OfType<string>();
}

/// <summary>Which way leads to the authority.</summary>
internal enum Pathway
{
    /// <summary>No detour.</summary>
    Direct,

    /// <summary>By <see cref="AuthorityConfiguration.Via"/> alone.</summary>
    Via,

    /// <summary>Directly first, then by <see cref="AuthorityConfiguration.Via"/>; what worked is remembered.</summary>
    Auto,
}

/// <summary>What a start without the authority comes to.</summary>
internal enum OnUnavailable
{
    /// <summary>The node exits.</summary>
    Exit,

    /// <summary>The node runs and goes on trying.</summary>
    KeepRunning,

    /// <summary>The node exits when there is neither a usable identity nor a record that this section worked before; else it runs.</summary>
    ExitOnFirstRun,
}

/// <summary>What follows when the identity could not be renewed in so many attempts.</summary>
internal enum OnRenewalExhausted
{
    /// <summary>The node says so, and goes on trying.</summary>
    Degrade,

    /// <summary>The node drains and exits.</summary>
    Exit,
}

/// <summary>What a stale registry does to new connections.</summary>
internal enum OnStale
{
    /// <summary>They are refused.</summary>
    Deny,

    /// <summary>They are served.</summary>
    Serve,
}
