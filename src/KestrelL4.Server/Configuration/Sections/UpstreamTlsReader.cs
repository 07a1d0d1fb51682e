using System.Net;
using SocketAddress = KestrelL4.Server.Configuration.Values.SocketAddress;

namespace KestrelL4.Server.Configuration.Sections;

/// <summary>Reads one section <c>UpstreamTls</c>.</summary>
internal static class UpstreamTlsReader
{
    /// <summary>Reads the section; null when nothing in it is set.</summary>
    public static UpstreamTlsConfiguration? Read(SectionReader section)
    {
        var tls = new UpstreamTlsConfiguration
        {
            ServerName = ReadServerName(section),
            Ca = section.Path("Ca"),
            Certificate = section.Path("Certificate"),
            Key = section.Path("Key"),
        };
        if (section.IsKeySet("Certificate"))
        {
            section.RefuseMissing("Key", "is required with Certificate", "name the PEM file of the certificate's private key");
        }
        else if (section.IsKeySet("Key"))
        {
            section.RefuseMissing("Certificate", "is required with Key", "name the PEM file of the certificate that the key belongs to");
        }

        section.RefuseUnknownKeys();
        return section.IsSet ? tls : null;
    }

    private static string? ReadServerName(SectionReader section)
    {
        string? name = section.Text("ServerName");
        if (name is not null && !SocketAddress.IsHostName(name) && !IPAddress.TryParse(name, out _))
        {
            section.Refuse("ServerName", $"{section.Quote("ServerName", name)} is no host name", "write a host name or an IP address, without a port");
        }

        return name?.TrimEnd('.');
    }
}
