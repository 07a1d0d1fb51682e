namespace KestrelL4.Cli.Display;

/// <summary>Whether a terminal shows colours.</summary>
internal enum ColourUse
{
    /// <summary>The user wants none, by NO_COLOR.</summary>
    None,

    /// <summary>The eight that every terminal has, in the shades that its user chose.</summary>
    Some,
}
