using KestrelL4.Server.Configuration.Values;

namespace KestrelL4.Server.Configuration.Sections;

/// <summary>Reads the section <c>KestrelL4</c>.</summary>
internal static class NodeReader
{
    private static readonly AdminConfiguration AdminDefaults = new();
    private static readonly AcceptConfiguration AcceptDefaults = new();
    private static readonly DrainConfiguration DrainDefaults = new();

    /// <summary>Reads the whole section; names are read before what refers to them.</summary>
    public static NodeConfiguration Read(SectionReader section, string defaultStateDirectory)
    {
        var listens = new ListenReader();
        AdminConfiguration admin = ReadAdmin(section.Section("Admin"), listens);
        Dictionary<string, ApplicationConfiguration> applications =
            section.Named("Applications", NameRule.Label, entry => ApplicationReader.Read(entry, listens));
        Dictionary<string, ClientAuthorityConfiguration> authorities =
            section.Named("ClientAuthorities", NameRule.ClientAuthority, ReadClientAuthority);
        var clients = new ClientReader(new CertificateReader(authorities.Keys), applications.Keys);
        AuthorityConfiguration? authority = AuthorityReader.Read(section.Section("Authority"));
        var configuration = new NodeConfiguration
        {
            StateDirectory = section.Path("StateDirectory") ?? defaultStateDirectory,
            Identity = authority is null || section.IsKeySet("Identity") ? ReadIdentity(section.Section("Identity")) : null,
            Authority = authority,
            ClientAuthorities = authorities,
            Applications = applications,
            Clients = section.Named("Clients", NameRule.Client, clients.Read),
            Accept = ReadAccept(section.Section("Accept")),
            Overload = OverloadReader.Read(section.Section("Overload")),
            RateLimit = RateLimitReader.Read(section.Section("RateLimit")),
            SourceRateLimit = RateLimitReader.ReadOfSource(section.Section("SourceRateLimit")),
            Admin = admin,
            Drain = ReadDrain(section.Section("Drain")),
        };
        if (applications.Count == 0)
        {
            section.RefuseMissing("Applications", "there is no application", "name at least one, with Listen and Upstreams");
        }

        if (authority is not null && section.IsKeySet("Clients"))
        {
            section.Refuse("Clients", "there is an authority, which serves the registry", "remove Clients, or Authority");
        }

        if (authority is null && authorities.Count == 0)
        {
            section.RefuseMissing("ClientAuthorities", "there is no client authority", "name at least one, with its Certificate");
        }

        section.Unsupported("Fleet");
        section.RefuseUnknownKeys();
        return configuration;
    }

    private static AdminConfiguration ReadAdmin(SectionReader section, ListenReader listens)
    {
        IReadOnlyList<ListItem> hosts = section.List("AllowedHosts");
        foreach (ListItem host in hosts.Where(host => !SocketAddress.IsHostName(host.Text)))
        {
            section.Refuse(host.Key, $"{section.Quote(host.Key, host.Text)} is no host name", "write a host name without a port");
        }

        var admin = new AdminConfiguration
        {
            Listen = listens.Read(section, AdminDefaults.Listen),
            AllowedHosts = [.. hosts.Select(host => host.Text)],
        };
        section.Unsupported("Certificate", "Key", "ClientCa");
        section.RefuseUnknownKeys();
        return admin;
    }

    private static IdentityConfiguration ReadIdentity(SectionReader section)
    {
        var identity = new IdentityConfiguration
        {
            Certificate = section.RequiredPath("Certificate", "name the PEM file of the node's certificate"),
            Key = section.RequiredPath("Key", "name the PEM file of the certificate's private key"),
        };
        section.RefuseUnknownKeys();
        return identity;
    }

    private static ClientAuthorityConfiguration ReadClientAuthority(SectionReader section)
    {
        var authority = new ClientAuthorityConfiguration
        {
            Certificate = section.RequiredPath("Certificate", "name the PEM file of the certificate that signs client certificates"),
            RevocationList = section.Path("RevocationList"),
            MaxRevocationAge = section.PositiveDuration("MaxRevocationAge"),
        };
        if (section.IsComplete && section.IsKeySet("MaxRevocationAge") && !section.IsKeySet("RevocationList"))
        {
            section.Refuse("MaxRevocationAge", "there is no revocation list whose age it could bound", "name the list's file in RevocationList, or remove it");
        }

        section.RefuseUnknownKeys();
        return authority;
    }

    private static AcceptConfiguration ReadAccept(SectionReader section)
    {
        var accept = new AcceptConfiguration
        {
            MaxConnections = section.Integer("MaxConnections") ?? AcceptDefaults.MaxConnections,
            MaxConcurrentHandshakes = section.Integer("MaxConcurrentHandshakes") ?? AcceptDefaults.MaxConcurrentHandshakes,
        };
        section.RefuseUnknownKeys();
        return accept;
    }

    private static DrainConfiguration ReadDrain(SectionReader section)
    {
        var drain = new DrainConfiguration
        {
            Delay = section.Duration("Delay", DrainDefaults.Delay),
            Timeout = section.Duration("Timeout", DrainDefaults.Timeout),
        };
        section.RefuseUnknownKeys();
        return drain;
    }
}
