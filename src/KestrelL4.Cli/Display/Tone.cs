namespace KestrelL4.Cli.Display;

/// <summary>How what a piece of text tells is, which a terminal shows by its colour.</summary>
internal enum Tone
{
    /// <summary>Nothing in particular.</summary>
    Plain,

    /// <summary>As it should be.</summary>
    Good,

    /// <summary>Not as it should be, and bearable.</summary>
    Doubtful,

    /// <summary>Not as it should be.</summary>
    Bad,

    /// <summary>Of little interest.</summary>
    Faint,
}
