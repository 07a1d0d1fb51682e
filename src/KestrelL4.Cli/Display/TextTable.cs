using System.Text;

namespace KestrelL4.Cli.Display;

/// <summary>Rows of text under headings.</summary>
/// <param name="headings">The columns; the text of the last may be broken into lines where a terminal is narrow.</param>
internal sealed class TextTable(params string[] headings) : ReportPart
{
    private readonly List<Cell[]> _rows = [];

    /// <summary>The columns.</summary>
    public IReadOnlyList<string> Headings => headings;

    /// <summary>The rows, each with a cell a column.</summary>
    public IReadOnlyList<Cell[]> Rows => _rows;

    /// <summary>Adds a row.</summary>
    public void Add(params Cell[] cells) => _rows.Add(cells);

    /// <summary>How many characters the widest text of a column has, its heading included.</summary>
    public int WidthOf(int column) => _rows.Select(row => row[column].Text.Length).Append(headings[column].Length).Max();

    /// <summary>The table in aligned columns, a line a row, as wide as it is.</summary>
    public override string ToString()
    {
        int[] widths = [.. headings.Select((_, column) => WidthOf(column))];
        StringBuilder text = new();
        foreach (IEnumerable<string> row in _rows.Select(static row => row.Select(static cell => cell.Text)).Prepend(headings))
        {
            string line = string.Join("  ", row.Select((cell, column) => cell.PadRight(widths[column])));
            text.Append(line.TrimEnd()).Append('\n');
        }

        return text.ToString();
    }
}
