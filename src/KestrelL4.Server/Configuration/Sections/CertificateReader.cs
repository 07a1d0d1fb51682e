using KestrelL4.Registry;
using KestrelL4.Server.Configuration.Values;

namespace KestrelL4.Server.Configuration.Sections;

/// <summary>Reads serial numbers and sees to it that each certificate belongs to one client, once.</summary>
/// <param name="authorities">The names of the client authorities.</param>
internal sealed class CertificateReader(IReadOnlyCollection<string> authorities)
{
    private const string Allowed = "write 1 to 128 hexadecimal digits, such as 5F:3A:01";
    private readonly HashSet<string> _authorities = new(authorities, StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<CertificateId, (SectionReader Client, string Key)> _owners = [];

    /// <summary>Reads the list <c>SerialNumbers</c> of one client.</summary>
    public IReadOnlyList<CertificateId> Read(SectionReader client)
    {
        IReadOnlyList<ListItem> items = client.List("SerialNumbers");
        var certificates = new List<CertificateId>(items.Count);
        foreach (ListItem item in items)
        {
            if (ReadOne(client, item) is not { } id)
            {
                continue;
            }

            if (_owners.TryAdd(id, (client, item.Key)))
            {
                certificates.Add(id);
                continue;
            }

            (SectionReader owner, string key) = _owners[id];
            client.Refuse(item.Key, $"{id} is already given at {owner.KeyPath}:{key}", "give each certificate to one client, once");
        }

        if (items.Count == 0)
        {
            client.RefuseMissing("SerialNumbers", "the client has no serial number", Allowed);
        }

        return certificates;
    }

    private CertificateId? ReadOne(SectionReader client, ListItem item)
    {
        string text = item.Text.Trim();
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        bool hasPrefix = colon > 0 && !CertificateId.TryCreate("-", text[..colon], out _);
        if (AuthorityOf(client, item, hasPrefix ? text[..colon] : null) is not { } authority)
        {
            return null;
        }

        if (CertificateId.TryCreate(authority, hasPrefix ? text[(colon + 1)..] : text, out CertificateId id))
        {
            return id;
        }

        client.Refuse(item.Key, $"{Printable.Quote(item.Text)} is no serial number", Allowed);
        return null;
    }

    private string? AuthorityOf(SectionReader client, ListItem item, string? prefix)
    {
        // Without any authority, or with a source that failed, that is the error to report; a stand-in lets the digits be checked.
        if (!client.IsComplete || _authorities.Count == 0)
        {
            return prefix ?? "-";
        }

        if (prefix is null && _authorities.Count == 1)
        {
            return _authorities.First();
        }

        if (prefix is null)
        {
            client.Refuse(
                item.Key,
                $"{Printable.Quote(item.Text)} does not say which client authority issued it",
                $"write NAME:{item.Text.Trim()} with the name of a client authority");
            return null;
        }

        if (_authorities.TryGetValue(prefix, out string? authority))
        {
            return authority;
        }

        client.RefuseUnknown(item.Key, $"unknown client authority {Printable.Quote(prefix)}", prefix, _authorities);
        return null;
    }
}
