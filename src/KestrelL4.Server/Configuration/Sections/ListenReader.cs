using System.Net;
using System.Net.Sockets;
using KestrelL4.Server.Configuration.Values;

namespace KestrelL4.Server.Configuration.Sections;

/// <summary>Reads every key <c>Listen</c> and finds two that could not both be bound.</summary>
internal sealed class ListenReader
{
    private readonly Dictionary<EndPoint, string> _owners = [];
    private readonly Dictionary<(AddressFamily Family, int Port), string> _firstOwners = [];

    /// <summary>Reads the section's <c>Listen</c>.</summary>
    /// <param name="section">An application or the admin endpoint.</param>
    /// <param name="fallback">The default; null = the key is required.</param>
    public ListenAddress Read(SectionReader section, ListenAddress? fallback = null)
    {
        string? text = section.Text("Listen");
        ListenAddress? address = fallback;
        if (text is null && fallback is null)
        {
            section.RefuseMissing("Listen", "is required", ListenText.Forms);
        }
        else if (text is not null && !ListenText.TryParse(text, section.DirectoryOf("Listen"), out address, out string allowed))
        {
            section.Refuse("Listen", $"{Printable.Quote(text)} is no address to listen at", allowed);
        }

        // Port 0 stands in for what could not be read: it meets no other address.
        address ??= ListenAddress.Loopback(0);
        string owner = $"{section.KeyPath}:Listen";
        foreach (EndPoint endPoint in address.EndPoints)
        {
            if (Claim(endPoint, owner) is { } other && other != owner)
            {
                section.Refuse("Listen", $"{Printable.Quote(address.Text)} is also taken by {other}", "give each its own address or port");
                break;
            }
        }

        return address;
    }

    private string? Claim(EndPoint endPoint, string owner)
    {
        if (endPoint is not IPEndPoint ip)
        {
            return _owners.TryAdd(endPoint, owner) ? null : _owners[endPoint];
        }

        if (ip.Port == 0)
        {
            return null;
        }

        IPAddress address = ip.Address.IsIPv4MappedToIPv6 ? ip.Address.MapToIPv4() : ip.Address;
        string? other = RivalsOf(address, ip.Port).FirstOrDefault(rival => rival is not null);
        _owners.TryAdd(new IPEndPoint(address, ip.Port), owner);
        _firstOwners.TryAdd((address.AddressFamily, ip.Port), owner);
        return other;
    }

    // An unspecified address takes the port of every address of its family; the IPv6 one, being dual stack, of all.
    private IEnumerable<string?> RivalsOf(IPAddress address, int port)
    {
        bool isV4 = address.AddressFamily == AddressFamily.InterNetwork;
        bool isV6Any = address.Equals(IPAddress.IPv6Any);
        yield return _owners.GetValueOrDefault(new IPEndPoint(address, port));
        yield return _owners.GetValueOrDefault(new IPEndPoint(IPAddress.IPv6Any, port));
        yield return isV4 ? _owners.GetValueOrDefault(new IPEndPoint(IPAddress.Any, port)) : null;
        yield return isV6Any || address.Equals(IPAddress.Any) ? _firstOwners.GetValueOrDefault((AddressFamily.InterNetwork, port)) : null;
        yield return isV6Any ? _firstOwners.GetValueOrDefault((AddressFamily.InterNetworkV6, port)) : null;
    }
}
