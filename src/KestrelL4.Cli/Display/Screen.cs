namespace KestrelL4.Cli.Display;

/// <summary>The whole of a terminal, borrowed for what is drawn anew again and again; what stood there comes back at the end.</summary>
/// <param name="output">The terminal's own stream.</param>
internal sealed class Screen(TextWriter output) : IDisposable
{
    // The other screen; no cursor; a line that is too long is cut rather than broken, for broken ones would not fit in height.
    private const string Borrow = "\e[?1049h\e[?25l\e[?7l";
    private const string Return = "\e[?7h\e[?25h\e[?1049l";

    private const string Home = "\e[H";
    private const string RestOfLine = "\e[K";
    private const string RestOfScreen = "\e[J";

    private readonly Lock _lock = new();
    private bool _isBorrowed;

    /// <summary>Draws a report over the one before, as much of it as there is room for.</summary>
    public void Show(Report report)
    {
        if (Terminal.Behind(output) is not { } terminal)
        {
            return;
        }

        string[] lines = new TerminalText(terminal).Of(report).TrimEnd('\n').Split('\n');
        if (lines.Length > terminal.Height)
        {
            int left = lines.Length - terminal.Height + 1;
            lines = [.. lines[..^left], $"… {left} more lines; a higher window shows them"];
        }

        lock (_lock)
        {
            output.Write(_isBorrowed ? "" : Borrow);
            _isBorrowed = true;
            output.Write(Home + string.Join("\r\n", lines.Select(static line => line + RestOfLine)) + RestOfScreen);
            output.Flush();
        }
    }

    /// <summary>Gives the terminal back as it was; the next report borrows it again.</summary>
    public void GiveBack()
    {
        lock (_lock)
        {
            if (_isBorrowed)
            {
                output.Write(Return);
                output.Flush();
                _isBorrowed = false;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => GiveBack();
}
