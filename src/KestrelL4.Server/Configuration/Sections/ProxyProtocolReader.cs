using System.Net;
using KestrelL4.ProxyProtocol;
using KestrelL4.Server.Configuration.Values;

namespace KestrelL4.Server.Configuration.Sections;

/// <summary>Reads an application's section <c>ProxyProtocol</c>.</summary>
internal static class ProxyProtocolReader
{
    private const string UnixSocket = "unix";

    /// <summary>Reads the section.</summary>
    public static ProxyProtocolConfiguration Read(SectionReader section)
    {
        IReadOnlyList<ListItem> proxies = section.List("AcceptFrom");
        var protocol = new ProxyProtocolConfiguration
        {
            AcceptFrom = ReadNetworks(section, proxies.Where(static item => item.Text != UnixSocket)),
            AcceptFromUnix = proxies.Any(static item => item.Text == UnixSocket),
            Send = ReadVersion(section),
        };
        section.RefuseUnknownKeys();
        return protocol;
    }

    private static List<IPNetwork> ReadNetworks(SectionReader section, IEnumerable<ListItem> items)
    {
        var networks = new List<IPNetwork>();
        foreach (ListItem item in items)
        {
            if (NetworkText.TryParse(item.Text, out IPNetwork network, out string allowed))
            {
                networks.Add(network);
            }
            else
            {
                section.Refuse(
                    item.Key, $"{section.Quote(item.Key, item.Text)} is no network", section.IsSecret(item.Key) ? NetworkText.Forms : allowed);
            }
        }

        return networks;
    }

    private static ProxyHeaderVersion ReadVersion(SectionReader section)
    {
        if (section.Text("Send") is not { } text)
        {
            return ProxyHeaderVersion.None;
        }

        string[] names = Enum.GetNames<ProxyHeaderVersion>();
        int index = Array.FindIndex(names, name => name.Equals(text, StringComparison.OrdinalIgnoreCase));
        if (index < 0)
        {
            section.Refuse("Send", $"{section.Quote("Send", text)} is no version of the header", $"write {string.Join(", ", names)}");
            return ProxyHeaderVersion.None;
        }

        return Enum.Parse<ProxyHeaderVersion>(names[index]);
    }
}
