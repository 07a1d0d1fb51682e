using System.Security.Cryptography.X509Certificates;
using KestrelL4.Server.Configuration;
using KestrelL4.Server.Health;
using KestrelL4.Server.Runtime;
using KestrelL4.Tls;

namespace KestrelL4.Server.Sources;

/// <summary>Loads the files of one configuration; each that is broken falls back by itself to what it held when it was last good.</summary>
/// <param name="reading">The configuration.</param>
/// <param name="previous">What was good before; null = nothing.</param>
/// <param name="time">The clock of validity.</param>
internal sealed class FileLoading(ConfigurationReading reading, NodeFiles? previous, TimeProvider time)
{
    private readonly Dictionary<string, string> _problems = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<ConfigurationError> _errors = [];

    /// <summary>Everything that is wrong.</summary>
    public IReadOnlyList<ConfigurationError> Errors => _errors;

    /// <summary>What is wrong where something older stays in force, by the component that tells of it.</summary>
    public IReadOnlyDictionary<string, string> Problems => _problems;

    /// <summary>The identity, null when none is named, and whether handshakes with it end with a session ticket; a new one is tried.</summary>
    public async ValueTask<(NodeIdentity? Identity, bool SendsTickets)> IdentityAsync(CancellationToken cancellation)
    {
        if (reading.Understood.Identity is not { } configuration)
        {
            return default;
        }

        NodeIdentity? former = previous?.Configuration.Identity == configuration ? previous.Identity : null;
        List<ConfigurationError> faults = [];
        PemFile files = new(reading, faults);
        NodeIdentity? identity = IdentityFiles.Load(configuration, files, time);
        if (identity is not null && previous?.Identity is { } inForce && identity.IsSameAs(inForce))
        {
            return (inForce, previous.SendsTickets);
        }

        TrialHandshake trial = identity is null ? default : await TrialHandshake.RunAsync(identity, cancellation).ConfigureAwait(false);
        if (trial.Problem is { } problem)
        {
            IdentityFiles.RefuseTried(configuration, files, problem);
        }

        return faults.Count == 0
            ? (identity, trial.SendsTicket)
            : (KeptAfter(faults, ComponentNames.Identity, former), previous?.SendsTickets == true);
    }

    /// <summary>The client authorities with their revocation lists; null when one cannot be had.</summary>
    public IReadOnlyList<ClientAuthority>? ClientAuthorities()
    {
        IReadOnlyDictionary<string, ClientAuthorityConfiguration> configured = reading.Understood.ClientAuthorities;
        List<ClientAuthority> authorities = [.. configured.Select(entry => Authority(entry.Key, entry.Value)).OfType<ClientAuthority>()];
        return authorities.Count == configured.Count ? authorities : null;
    }

    /// <summary>How TLS is spoken with upstreams, by the key of its section; null when one cannot be had.</summary>
    public IReadOnlyDictionary<string, UpstreamTls>? UpstreamTls()
    {
        Dictionary<string, UpstreamTlsConfiguration> before = new(StringComparer.OrdinalIgnoreCase);
        foreach (UpstreamTlsSection section in previous?.Configuration.UpstreamTls() ?? [])
        {
            before[section.KeyPath] = section.Configuration;
        }

        Dictionary<string, UpstreamTls> loaded = new(StringComparer.OrdinalIgnoreCase);
        bool isComplete = true;
        foreach (UpstreamTlsSection section in reading.Understood.UpstreamTls())
        {
            UpstreamTls? tls = UpstreamTls(section, before.GetValueOrDefault(section.KeyPath), previous?.UpstreamTls.GetValueOrDefault(section.KeyPath));
            isComplete &= tls is not null;
            if (tls is not null)
            {
                loaded[section.KeyPath] = tls;
            }
        }

        return isComplete ? loaded : null;
    }

    /// <summary>Whether the file of the authority's root, where one is named, tells it or told it before.</summary>
    public bool IsAuthorityKnown()
    {
        if (reading.Understood.Authority?.Ca is not { } file)
        {
            return true;
        }

        List<ConfigurationError> faults = [];
        string? former = previous?.Configuration.Authority?.Ca == file ? file : null;
        return AuthorityRootFile.Load(file, new PemFile(reading, faults), time) is not null
            || KeptAfter(faults, ComponentNames.Authority, former) is not null;
    }

    private UpstreamTls? UpstreamTls(UpstreamTlsSection section, UpstreamTlsConfiguration? before, UpstreamTls? former)
    {
        UpstreamTlsConfiguration configuration = section.Configuration;
        string component = ComponentNames.Application(section.Application);
        List<ConfigurationError> faults = [];
        X509Certificate2Collection? trusted = configuration.Ca is null ? null
            : UpstreamTlsFiles.Trusted(section, new PemFile(reading, faults), time)
                ?? KeptAfter(faults, component, before?.Ca == configuration.Ca ? former?.Trusted : null);
        faults = [];
        bool isSame = before?.Certificate == configuration.Certificate && before?.Key == configuration.Key;
        NodeIdentity? identity = configuration.Certificate is null ? null
            : UpstreamTlsFiles.Identity(section, new PemFile(reading, faults), time) ?? KeptAfter(faults, component, isSame ? former?.Identity : null);
        if ((configuration.Ca is not null && trusted is null) || (configuration.Certificate is not null && identity is null))
        {
            return null;
        }

        // The former one has made its options already.
        UpstreamTls tls = new(configuration.ServerName, trusted, identity, time);
        return former?.IsSameAs(tls) == true ? former : tls;
    }

    private ClientAuthority? Authority(string name, ClientAuthorityConfiguration configuration)
    {
        ClientAuthorityConfiguration? before = previous?.Configuration.ClientAuthorities.GetValueOrDefault(name);
        ClientAuthority? formerAuthority = previous?.ClientAuthorities.FirstOrDefault(
            authority => string.Equals(authority.Name, name, StringComparison.OrdinalIgnoreCase));
        List<ConfigurationError> faults = [];
        IReadOnlyList<X509Certificate2>? formerChain = before?.Certificate == configuration.Certificate ? formerAuthority?.Chain : null;
        IReadOnlyList<X509Certificate2>? chain = ClientAuthorityFiles.Chain(name, configuration, new PemFile(reading, faults), time)
            ?? KeptAfter(faults, ComponentNames.ClientAuthority(name), formerChain);
        if (chain is null)
        {
            return null;
        }

        ClientAuthority authority = new(name, chain) { MaxRevocationAge = configuration.MaxRevocationAge };
        if (configuration.RevocationList is null)
        {
            return authority;
        }

        // A list of another CA that had this name revokes nothing here.
        RevocationList? inForce = formerAuthority?.IsSameAs(authority) == true ? formerAuthority.RevocationList : null;
        RevocationList? former = before?.RevocationList == configuration.RevocationList ? inForce : null;
        RevocationList? list = List(name, configuration, chain[0], inForce, former);
        return list is null ? null : new ClientAuthority(name, chain) { MaxRevocationAge = configuration.MaxRevocationAge, RevocationList = list };
    }

    private RevocationList? List(
        string name, ClientAuthorityConfiguration configuration, X509Certificate2 issuer, RevocationList? inForce, RevocationList? former)
    {
        List<ConfigurationError> faults = [];
        string keyPath = $"KestrelL4:ClientAuthorities:{name}:RevocationList";
        PemFile files = new(reading, faults);
        RevocationList? list = RevocationListFile.Load(keyPath, configuration.RevocationList!, issuer, files, time);
        if (list is not null && inForce is not null && list.IsOlderThan(inForce))
        {
            files.Add(keyPath, $"{files.Name(keyPath, configuration.RevocationList!)} is older than the list in force", "issue a new list");
            list = null;
        }

        return list ?? KeptAfter(faults, ComponentNames.Revocation(name), former);
    }

    private T? KeptAfter<T>(List<ConfigurationError> faults, string component, T? former)
        where T : class
    {
        _errors.AddRange(faults);
        if (former is not null)
        {
            string problem = $"{string.Join("; ", faults.Select(static fault => fault.Problem))}; the former one stays in force";
            _problems[component] = _problems.TryGetValue(component, out string? others) ? $"{others}; {problem}" : problem;
        }

        return former;
    }
}
