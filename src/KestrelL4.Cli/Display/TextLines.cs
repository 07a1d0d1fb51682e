namespace KestrelL4.Cli.Display;

/// <summary>Sentences, a line each.</summary>
internal sealed class TextLines : ReportPart
{
    private readonly List<Cell[]> _lines = [];

    /// <summary>The lines, each in pieces that follow one another.</summary>
    public IReadOnlyList<Cell[]> Lines => _lines;

    /// <summary>Adds a line.</summary>
    /// <param name="pieces">Its text, in pieces where they differ in tone.</param>
    public TextLines Add(params Cell[] pieces)
    {
        _lines.Add(pieces);
        return this;
    }

    /// <summary>The lines as they are.</summary>
    public override string ToString() =>
        string.Concat(_lines.Select(static line => string.Concat(line.Select(static piece => piece.Text)) + "\n"));
}
