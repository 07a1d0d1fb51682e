using System.Text.RegularExpressions;

namespace KestrelL4.Server.Tests.Configuration.Schema;

/// <summary>What <c>docs/configuration.md</c> says of each key.</summary>
internal static partial class KeyReference
{
    private static readonly Dictionary<string, Row> Rows = Read();

    /// <summary>The row of a key: its own, or the one of its last part, in a table of what stands the same everywhere.</summary>
    /// <param name="path">The key with <c>NAME</c> for names.</param>
    public static Row? Of(string path) => Rows.GetValueOrDefault(path) ?? (path.Contains(':') ? Rows.GetValueOrDefault(path.Split(':')[^1]) : null);

    /// <summary>The keys of the table of keys; those of the other tables stand below some of these.</summary>
    public static IEnumerable<string> Paths => Rows.Values.Where(static row => row.Values.Length > 0).Select(static row => row.Path);

    private static Dictionary<string, Row> Read()
    {
        Dictionary<string, Row> rows = [];
        foreach (string line in File.ReadLines(SchemaFile.PathOf("docs/configuration.md")))
        {
            string[] cells = [.. line.Split('|').Select(static cell => cell.Trim())];
            if (cells.Length is 4 or 6 && KeyCell().Match(cells[1]) is { Success: true } key)
            {
                string path = key.Groups[1].Value;
                rows.TryAdd(path, cells.Length == 6 ? new Row(path, Plain(cells[2]), Plain(cells[3]), cells[4]) : new Row(path, Plain(cells[2]), "", ""));
            }
        }

        return rows;
    }

    private static string Plain(string text) => Link().Replace(text, "$1").Replace("`", "", StringComparison.Ordinal);

    [GeneratedRegex(@"\A`([A-Za-z:]+)`\z")]
    private static partial Regex KeyCell();

    [GeneratedRegex(@"\[([^\]]*)\]\([^)]*\)")]
    private static partial Regex Link();

    /// <summary>One row.</summary>
    /// <param name="Path">The key.</param>
    /// <param name="Meaning">What it means.</param>
    /// <param name="Values">What it takes, in words; empty for a section.</param>
    /// <param name="Default">Its default as written there; empty for a section.</param>
    internal sealed record Row(string Path, string Meaning, string Values, string Default);
}
