using Spectre.Console;
using Spectre.Console.Rendering;

namespace KestrelL4.Cli.Display;

/// <summary>Renders reports for a terminal: in its width, with its colours.</summary>
/// <remarks>Every text goes in as text, never as markup, which would obey what it finds in square brackets.</remarks>
/// <param name="terminal">The terminal.</param>
internal sealed class TerminalText(Terminal terminal)
{
    // What stands between two columns, and the least that a column of sentences needs to be read.
    private const int Gap = 2;
    private const int NarrowestSentence = 24;

    private static readonly Style Heading = new(decoration: Decoration.Bold);

    /// <summary>The report as the terminal takes it.</summary>
    public string Of(Report report)
    {
        using StringWriter text = new() { NewLine = "\n" };
        for (int i = 0; i < report.Parts.Count; i++)
        {
            text.Write(i > 0 ? "\n" : "");
            Write(text, report.Parts[i]);
        }

        return string.Join('\n', text.ToString().Split('\n').Select(static line => line.TrimEnd(' ')));
    }

    private void Write(StringWriter text, ReportPart part)
    {
        if (part is TextTable table)
        {
            int least = Enumerable.Range(0, table.Headings.Count)
                .Sum(column => column < table.Headings.Count - 1 ? table.WidthOf(column) + Gap : Math.Min(table.WidthOf(column), NarrowestSentence));
            terminal.Renderer(text, Math.Max(terminal.Width, least)).Write(Rendered(table));
        }
        else if (part is TextLines lines)
        {
            foreach (Cell[] line in lines.Lines)
            {
                Paragraph paragraph = new();
                foreach (Cell piece in line)
                {
                    paragraph.Append(piece.Text, StyleOf(piece.Tone));
                }

                terminal.Renderer(text, terminal.Width).Write(paragraph);
                text.Write('\n');
            }
        }
    }

    private static Grid Rendered(TextTable table)
    {
        Grid grid = new();
        for (int column = 0; column < table.Headings.Count; column++)
        {
            // What is copied and pasted, such as an id or an address, stays in one piece: sentences come last.
            bool isLast = column == table.Headings.Count - 1;
            grid.AddColumn(new GridColumn { NoWrap = !isLast, Padding = new Padding(0, 0, isLast ? 0 : Gap, 0) });
        }

        grid.AddRow([.. table.Headings.Select(static heading => new Text(heading, Heading))]);
        foreach (Cell[] row in table.Rows)
        {
            grid.AddRow([.. row.Select(static cell => (IRenderable)new Text(cell.Text, StyleOf(cell.Tone)))]);
        }

        return grid;
    }

    private static Style StyleOf(Tone tone) => tone switch
    {
        Tone.Good => new Style(Color.Green),
        Tone.Doubtful => new Style(Color.Olive),
        Tone.Bad => new Style(Color.Maroon),
        Tone.Faint => new Style(decoration: Decoration.Dim),
        _ => Style.Plain,
    };
}
