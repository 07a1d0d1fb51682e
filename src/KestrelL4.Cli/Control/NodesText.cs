using KestrelL4.Authority.Administration;
using KestrelL4.Authority.RegistryStore;

namespace KestrelL4.Cli.Control;

/// <summary>The table of <c>authority node list</c>.</summary>
internal static class NodesText
{
    /// <summary>The nodes in the order of their names.</summary>
    public static string Of(NodesReport report, TimeProvider time)
    {
        TextTable table = new("NODE", "STATUS", "CERTIFICATE UNTIL", "HOSTS", "OTHER CLIENT AUTHORITIES");
        foreach ((string name, NodeRecord node) in report.Nodes.OrderBy(static entry => entry.Key, StringComparer.OrdinalIgnoreCase))
        {
            string status = node.RevokedAt is { } at ? $"revoked {Readable.Time(at)}" : node.NotAfter < time.GetUtcNow() ? "expired" : "joined";
            table.Add(name, status, Readable.Time(node.NotAfter), string.Join(' ', node.Hosts), string.Join(' ', node.ClientAuthorities));
        }

        return table.ToString();
    }
}
