using System.Text;

namespace KestrelL4.Bench.Reporting;

/// <summary>The table for a terminal.</summary>
internal static class TextReport
{
    /// <summary>The table in columns of equal width.</summary>
    public static string Write(ReportTable table)
    {
        IReadOnlyList<string>[] rows = [ReportTable.Headings, .. table.Rows];
        int[] widths = [.. Enumerable.Range(0, ReportTable.Headings.Count).Select(column => rows.Max(row => row[column].Length))];
        var text = new StringBuilder();
        foreach (IReadOnlyList<string> row in rows)
        {
            text.Append(row[0].PadRight(widths[0]));
            for (int column = 1; column < row.Count; column++)
            {
                text.Append("  ").Append(row[column].PadLeft(widths[column]));
            }

            text.AppendLine();
        }

        return text.ToString();
    }
}
