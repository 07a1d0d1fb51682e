using System.Globalization;
using System.Text;
using KestrelL4.Bench.Running;

namespace KestrelL4.Bench.Reporting;

/// <summary>The table as a section for <c>docs/measurements.md</c>.</summary>
internal static class MarkdownReport
{
    /// <summary>Date, machine, command and figures.</summary>
    public static async Task<string> WriteAsync(ReportTable table, SampleBook samples, string command, DateTimeOffset date)
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"## {date:yyyy-MM-dd}: `{command}`").AppendLine();
        text.AppendLine(await MachineDescription.ReadAsync()).AppendLine();
        text.AppendLine(Row(ReportTable.Headings));
        text.AppendLine(Row([.. ReportTable.Headings.Select(_ => "---")]));
        foreach (IReadOnlyList<string> row in table.Rows)
        {
            text.AppendLine(Row(row));
        }

        text.AppendLine();
        text.AppendLine(
            CultureInfo.InvariantCulture,
            $"- Other processes took {table.Others.Median:P0} of the machine at the median, {table.Others.Largest:P0} at most.");
        foreach (string remark in samples.Remarks)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"- {remark}");
        }

        return text.ToString();
    }

    private static string Row(IReadOnlyList<string> cells) => $"| {string.Join(" | ", cells)} |";
}
