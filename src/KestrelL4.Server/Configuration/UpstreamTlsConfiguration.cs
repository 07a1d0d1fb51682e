namespace KestrelL4.Server.Configuration;

/// <summary>How TLS is spoken with upstreams: section <c>UpstreamTls</c>.</summary>
internal sealed record UpstreamTlsConfiguration
{
    /// <summary>The host name or IP address that certificates must bear; null = the host of the upstream's address.</summary>
    public string? ServerName { get; init; }

    /// <summary>A PEM file with the certificates that an upstream's must lead to. An absolute path; null = the system's trust.</summary>
    public string? Ca { get; init; }

    /// <summary>A PEM file with our certificate first and, optionally, its chain behind it. An absolute path; null = none.</summary>
    public string? Certificate { get; init; }

    /// <summary>A PEM file with that certificate's private key. An absolute path; there when <see cref="Certificate"/> is.</summary>
    public string? Key { get; init; }

    /// <summary>The files that it names.</summary>
    public IEnumerable<string> Files() => new[] { Ca, Certificate, Key }.OfType<string>();
}

/// <summary>A section <c>UpstreamTls</c> and where it stands.</summary>
/// <param name="Application">The application's name.</param>
/// <param name="KeyPath">The section's key.</param>
/// <param name="Configuration">What it says.</param>
internal sealed record UpstreamTlsSection(string Application, string KeyPath, UpstreamTlsConfiguration Configuration)
{
    /// <summary>The key of an application's own section.</summary>
    public static string KeyPathOf(string application) => $"KestrelL4:Applications:{application}:UpstreamTls";

    /// <summary>The key of the section of one of its upstreams, which replaces the application's whole.</summary>
    public static string KeyPathOf(string application, string upstream) => $"KestrelL4:Applications:{application}:Upstreams:{upstream}:UpstreamTls";
}
