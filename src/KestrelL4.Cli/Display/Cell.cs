using KestrelL4.Server.Configuration.Values;

namespace KestrelL4.Cli.Display;

/// <summary>A piece of text that can neither move a terminal's cursor nor break a line, wherever it came from.</summary>
internal readonly record struct Cell
{
    /// <summary>Takes foreign text.</summary>
    /// <param name="text">The text; null and empty show as a dash.</param>
    /// <param name="tone">How what it tells is.</param>
    public Cell(string? text, Tone tone = Tone.Plain)
    {
        Text = string.IsNullOrEmpty(text) ? "-" : Printable.Whole(text);
        Tone = tone;
    }

    /// <summary>The text, fit to be shown.</summary>
    public string Text { get; }

    /// <summary>How what it tells is.</summary>
    public Tone Tone { get; }

    /// <summary>A text without a tone.</summary>
    public static implicit operator Cell(string? text) => new(text);
}
