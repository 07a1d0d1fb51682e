using KestrelL4.RateLimiting;
using KestrelL4.Server.Configuration.Values;

namespace KestrelL4.Server.Configuration.Sections;

/// <summary>Reads the entries of <c>Clients</c>.</summary>
/// <param name="certificates">Reads their serial numbers.</param>
/// <param name="applications">The names of the applications that grants may name.</param>
internal sealed class ClientReader(CertificateReader certificates, IReadOnlyCollection<string> applications)
{
    private const string AllApplications = "*";
    private readonly HashSet<string> _applications = new(applications, StringComparer.OrdinalIgnoreCase);

    /// <summary>Reads one client.</summary>
    public ClientConfiguration Read(SectionReader section)
    {
        var client = new ClientConfiguration
        {
            Certificates = certificates.Read(section),
            Applications = ReadGrants(section),
            RateLimit = RateLimitReader.Read(section.Section("RateLimit")),
            RateLimits = ReadGrantLimits(section),
            Disabled = section.Flag("Disabled"),
        };
        section.RefuseUnknownKeys();
        return client;
    }

    private List<string>? ReadGrants(SectionReader section)
    {
        IReadOnlyList<ListItem> items = section.List("Applications");
        if (items is [{ Text: AllApplications }])
        {
            return null;
        }

        var granted = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (ListItem item in items)
        {
            if (item.Text == AllApplications)
            {
                section.Refuse(item.Key, "* stands beside other applications", "write * alone, or name the applications");
            }
            else
            {
                granted.Add(NameOf(section, item.Key, item.Text));
            }
        }

        return [.. granted];
    }

    private Dictionary<string, RateLimit> ReadGrantLimits(SectionReader section)
    {
        var limits = new Dictionary<string, RateLimit>(StringComparer.OrdinalIgnoreCase);
        foreach (SectionReader entry in section.Entries("RateLimits"))
        {
            string application = NameOf(section, $"RateLimits:{entry.Name}", entry.Name);
            RateLimit limit = RateLimitReader.Read(entry);

            // An empty section means the default, here the application's ClientRateLimit; it must not lift that limit.
            if (entry.IsSet)
            {
                limits[application] = limit;
            }
        }

        return limits;
    }

    private string NameOf(SectionReader section, string key, string name)
    {
        if (_applications.TryGetValue(name, out string? application))
        {
            return application;
        }

        if (section.IsComplete)
        {
            section.RefuseUnknown(key, $"unknown application {Printable.Quote(name)}", name, _applications);
        }

        return name;
    }
}
