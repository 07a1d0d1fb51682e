using System.Net;
using System.Net.Sockets;
using KestrelL4.Server.Configuration.Values;

namespace KestrelL4.Server.Configuration.Sections;

/// <summary>Reads one entry of <c>Upstreams</c>.</summary>
internal static class UpstreamReader
{
    /// <summary>Reads the upstream.</summary>
    public static UpstreamConfiguration Read(SectionReader section)
    {
        EndPoint address = ReadAddress(section);
        bool isExpanded = section.Flag("Expand");
        if (isExpanded && address is not DnsEndPoint && section.IsKeySet("Address"))
        {
            section.Refuse("Expand", "the address is no host name, so there is nothing to expand", "name a host in Address, or remove it");
        }

        var upstream = new UpstreamConfiguration
        {
            Address = address,
            Weight = section.Integer("Weight", min: 0, max: 256) ?? UpstreamConfiguration.DefaultWeight,
            MaxConnections = section.Integer("MaxConnections"),
            Backup = section.Flag("Backup"),
            Expand = isExpanded,
            Tls = UpstreamTlsReader.Read(section.Section("UpstreamTls")),
        };
        section.RefuseUnknownKeys();
        return upstream;
    }

    /// <summary>Refuses TLS over a unix socket without a name that the upstream's certificate could bear.</summary>
    public static void RefuseNameless(SectionReader section, ApplicationConfiguration application)
    {
        foreach ((string name, UpstreamConfiguration upstream) in application.Upstreams)
        {
            if (upstream.Address.AddressFamily == AddressFamily.Unix && (upstream.Tls ?? application.UpstreamTls) is { ServerName: null })
            {
                section.Refuse(
                    $"Upstreams:{name}:Address",
                    "a unix socket has no host name, which the upstream's certificate is to bear",
                    "write that name as UpstreamTls:ServerName");
            }
        }
    }

    private static EndPoint ReadAddress(SectionReader section)
    {
        string? text = section.Text("Address");
        if (text is null)
        {
            section.RefuseMissing("Address", "is required", UpstreamAddress.Forms);
        }
        else if (UpstreamAddress.TryParse(text, section.DirectoryOf("Address"), out EndPoint? address, out string allowed))
        {
            return address;
        }
        else
        {
            section.Refuse("Address", $"{section.Quote("Address", text)} is no address with a port, and no unix socket", allowed);
        }

        return new IPEndPoint(IPAddress.None, 0);
    }
}
