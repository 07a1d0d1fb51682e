using KestrelL4.Authority.Administration;

namespace KestrelL4.Cli.Control;

/// <summary>What <c>authority status</c> prints.</summary>
internal static class AuthorityText
{
    /// <summary>The authority, then root and issuers, then what is to be done about them.</summary>
    public static string Of(SelfReport report)
    {
        TextTable table = new("ISSUER", "VALID UNTIL");
        foreach (IssuerReport issuer in report.Issuers)
        {
            table.Add(issuer.Name, Readable.Time(issuer.NotAfter));
        }

        string warnings = string.Concat(
            report.Issuers.Where(static issuer => issuer.Warning is not null).Select(static issuer => $"\nWarning, {issuer.Name}: {issuer.Warning}\n"));
        return $"Authority {report.AuthorityId}, epoch {report.Epoch}, revision {report.Revision}, CaPin {report.CaPin}\n\n{table}{warnings}";
    }
}
