using Spectre.Console;

namespace KestrelL4.Cli.Display;

/// <summary>The terminal that standard output is.</summary>
/// <param name="Colours">Whether it shows colours.</param>
internal sealed record Terminal(ColourUse Colours)
{
    private const int UsualWidth = 80;
    private const int UsualHeight = 24;

    /// <summary>Columns of characters, 1 or more.</summary>
    public int Width { get; init; } = UsualWidth;

    /// <summary>Lines, 1 or more.</summary>
    public int Height { get; init; } = UsualHeight;

    /// <summary>The terminal as it is now; null where the output goes elsewhere, or to one that can only print.</summary>
    public static Terminal? Behind(TextWriter output)
    {
        bool isTerminal = ReferenceEquals(output, Console.Out) && !Console.IsOutputRedirected;
        return isTerminal && Environment.GetEnvironmentVariable("TERM") is { Length: > 0 } and not "dumb"
            ? new Terminal(string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")) ? ColourUse.Some : ColourUse.None)
            {
                // Some that are no windows, such as a serial line, tell 0.
                Width = Console.WindowWidth is > 0 and var width ? width : UsualWidth,
                Height = Console.WindowHeight is > 0 and var height ? height : UsualHeight,
            }
            : null;
    }

    /// <summary>What renders for it.</summary>
    /// <param name="output">Where the rendered text goes.</param>
    /// <param name="width">How many columns it has; more than the terminal = the terminal breaks the lines.</param>
    public IAnsiConsole Renderer(TextWriter output, int width)
    {
        IAnsiConsole renderer = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = Colours == ColourUse.None ? AnsiSupport.No : AnsiSupport.Yes,
            ColorSystem = Colours == ColourUse.None ? ColorSystemSupport.NoColors : ColorSystemSupport.Standard,
            Interactive = InteractionSupport.No,
            Enrichment = new ProfileEnrichment { UseDefaultEnrichers = false },
            Out = new AnsiConsoleOutput(output),
        });
        renderer.Profile.Width = width;
        renderer.Profile.Capabilities.Unicode = true;
        return renderer;
    }
}
