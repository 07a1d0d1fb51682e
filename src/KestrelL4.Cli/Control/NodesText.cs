using KestrelL4.Authority.Administration;
using KestrelL4.Authority.RegistryStore;
using KestrelL4.Cli.Display;

namespace KestrelL4.Cli.Control;

/// <summary>The table of <c>authority node list</c>.</summary>
internal static class NodesText
{
    /// <summary>The nodes in the order of their names.</summary>
    public static Report Of(NodesReport report, TimeProvider time)
    {
        TextTable table = new("NODE", "STATUS", "CERTIFICATE UNTIL", "HOSTS", "OTHER CLIENT AUTHORITIES");
        foreach ((string name, NodeRecord node) in report.Nodes.OrderBy(static entry => entry.Key, StringComparer.OrdinalIgnoreCase))
        {
            Cell status = node.RevokedAt is { } at ? new Cell($"revoked {Readable.Time(at)}", Tone.Bad)
                : node.NotAfter < time.GetUtcNow() ? new Cell("expired", Tone.Doubtful)
                : new Cell("joined", Tone.Good);
            table.Add(name, status, Readable.Time(node.NotAfter), string.Join(' ', node.Hosts), string.Join(' ', node.ClientAuthorities));
        }

        return new Report(table);
    }
}
