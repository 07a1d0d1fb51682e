using System.Text;
using KestrelL4.Server.Configuration.Values;

namespace KestrelL4.Cli.Control;

/// <summary>Rows of text in aligned columns; what comes from elsewhere cannot move the cursor or break a line.</summary>
/// <param name="headings">The columns.</param>
internal sealed class TextTable(params string[] headings)
{
    private readonly List<string[]> _rows = [headings];

    /// <summary>Adds a row; an empty or missing cell shows as a dash.</summary>
    public void Add(params string?[] cells) =>
        _rows.Add([.. cells.Select(static cell => string.IsNullOrEmpty(cell) ? "-" : Printable.Whole(cell))]);

    /// <summary>The table, a line a row.</summary>
    public override string ToString()
    {
        int[] widths = [.. headings.Select((_, column) => _rows.Max(row => row[column].Length))];
        StringBuilder text = new();
        foreach (string[] row in _rows)
        {
            string line = string.Join("  ", row.Select((cell, column) => cell.PadRight(widths[column])));
            text.Append(line.TrimEnd()).Append('\n');
        }

        return text.ToString();
    }
}
