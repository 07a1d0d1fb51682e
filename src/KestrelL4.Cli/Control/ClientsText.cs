using KestrelL4.Authority.Administration;
using KestrelL4.Cli.Display;
using KestrelL4.Protocol.Snapshots;

namespace KestrelL4.Cli.Control;

/// <summary>What <c>authority client list</c> prints.</summary>
internal static class ClientsText
{
    /// <summary>The clients in the order of their names, then the revoked certificates.</summary>
    public static Report Of(ClientsReport report)
    {
        TextTable table = new("CLIENT", "STATUS", "APPLICATIONS", "LIMITS", "CERTIFICATES");
        foreach ((string name, RegisteredClient client) in report.Clients.OrderBy(static entry => entry.Key, StringComparer.OrdinalIgnoreCase))
        {
            table.Add(
                name,
                client.Disabled ? new Cell("disabled", Tone.Doubtful) : "registered",
                string.Join(' ', client.Applications),
                string.Join("; ", LimitsOf(client)),
                string.Join(' ', client.SerialNumbers));
        }

        TextLines revision = new TextLines().Add($"Epoch {report.Epoch}, revision {report.Revision}, clients: {report.Clients.Count}");
        return report.Revoked.Count > 0 ? new Report(revision, table, RevokedOf(report)) : new Report(revision, table);
    }

    private static TextTable RevokedOf(ClientsReport report)
    {
        TextTable table = new("REVOKED CERTIFICATE", "SINCE");
        foreach ((string id, DateTimeOffset at) in report.Revoked.OrderBy(static entry => entry.Key, StringComparer.Ordinal))
        {
            table.Add(id, Readable.Time(at));
        }

        return table;
    }

    private static IEnumerable<string> LimitsOf(RegisteredClient client)
    {
        if (client.RateLimit is { } own)
        {
            yield return own.ToString();
        }

        foreach ((string application, RegisteredLimit limit) in client.RateLimits ?? new Dictionary<string, RegisteredLimit>())
        {
            yield return $"{application}: {limit}";
        }
    }
}
