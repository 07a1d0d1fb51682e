using KestrelL4.Authority.Administration;
using KestrelL4.Cli.Display;

namespace KestrelL4.Cli.Control;

/// <summary>The table of <c>authority administrator list</c>.</summary>
internal static class AdministratorsText
{
    /// <summary>The entries in the order of their clients.</summary>
    public static Report Of(AdministratorsReport report)
    {
        TextTable table = new("CERTIFICATE", "CLIENT", "VALID UNTIL", "STATUS");
        foreach ((string id, AdministratorReport entry) in report.Administrators.OrderBy(static entry => entry.Value.Client, StringComparer.OrdinalIgnoreCase))
        {
            table.Add(id, entry.Client, Readable.Time(entry.NotAfter), new Cell(entry.Problem ?? "in force", entry.Problem is null ? Tone.Good : Tone.Bad));
        }

        return new Report(table);
    }
}
