using KestrelL4.Cli.Control;
using KestrelL4.Cli.Display;
using KestrelL4.Server.Configuration.Values;

namespace KestrelL4.Cli.Draining;

/// <summary>Tells how a drain goes on: on a terminal in one line that changes, elsewhere in a line for each change.</summary>
/// <param name="output">Standard output.</param>
/// <param name="target">What is drained.</param>
internal sealed class DrainProgress(TextWriter output, DrainTarget target)
{
    private const int BarWidth = 20;

    private readonly bool _isTerminal = Terminal.Behind(output) is not null;
    private long _most;
    private string? _told;

    /// <summary>Tells where it is.</summary>
    public void Tell(DrainState state, TimeSpan elapsed)
    {
        _most = Math.Max(_most, state.Connections);
        string text = Printable.Whole(state.Phase == DrainPhase.Waiting
            ? $"Draining {target}: {state.Connections} of {_most} connections left"
            : $"Draining {target}: still takes connections, {state.Connections} open");
        if (Terminal.Behind(output) is { } terminal)
        {
            output.Write($"\r{Fitting(Bar(state), $"{text}, {Readable.Age(elapsed)}", terminal.Width)}\e[K");
        }
        else if (text != _told)
        {
            output.WriteLine($"{text}.");
        }

        _told = text;
        output.Flush();
    }

    /// <summary>Makes room for what is said behind it.</summary>
    public void End() => output.Write(_isTerminal ? "\r\e[K" : "");

    // A line that the terminal breaks in two could not be written over.
    private static string Fitting(string bar, string text, int width) =>
        bar.Length + 1 + text.Length < width ? $"{bar} {text}" : text.Length < width ? text : text[..(width - 1)];

    private string Bar(DrainState state)
    {
        int done = _most == 0 ? BarWidth : (int)((_most - state.Connections) * BarWidth / _most);
        return $"[{new string('#', done)}{new string('.', BarWidth - done)}]";
    }
}
