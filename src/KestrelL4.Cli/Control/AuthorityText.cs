using KestrelL4.Authority.Administration;
using KestrelL4.Cli.Display;

namespace KestrelL4.Cli.Control;

/// <summary>What <c>authority status</c> prints.</summary>
internal static class AuthorityText
{
    /// <summary>The authority, then root and issuers, then what is to be done about them.</summary>
    public static Report Of(SelfReport report)
    {
        TextTable table = new("ISSUER", "VALID UNTIL");
        TextLines warnings = new();
        foreach (IssuerReport issuer in report.Issuers)
        {
            table.Add(issuer.Name, new Cell(Readable.Time(issuer.NotAfter), issuer.Warning is null ? Tone.Plain : Tone.Doubtful));
            if (issuer.Warning is { } warning)
            {
                warnings.Add(new Cell($"Warning, {issuer.Name}: {warning}", Tone.Doubtful));
            }
        }

        TextLines self = new TextLines().Add(
            $"Authority {report.AuthorityId}, epoch {report.Epoch}, revision {report.Revision}, CaPin {report.CaPin}");
        return warnings.Lines.Count > 0 ? new Report(self, table, warnings) : new Report(self, table);
    }
}
