namespace KestrelL4.Cli.Display;

/// <summary>What a verb shows, before it is known where: sentences and tables, an empty line between them.</summary>
/// <param name="parts">What it is made of, in its order.</param>
internal sealed class Report(params ReportPart[] parts)
{
    /// <summary>What it is made of, in its order.</summary>
    public IReadOnlyList<ReportPart> Parts => parts;

    /// <summary>A report of one sentence.</summary>
    public static Report Of(Cell sentence) => new(new TextLines().Add(sentence));

    /// <summary>The text for files and pipes: the same wherever it goes, as wide as it is.</summary>
    public override string ToString() => string.Join('\n', parts.Select(static part => part.ToString()));
}
