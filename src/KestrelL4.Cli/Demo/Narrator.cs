namespace KestrelL4.Cli.Demo;

/// <summary>Tells the user what was observed, and keeps what was not.</summary>
/// <param name="output">Where the story goes.</param>
/// <param name="error">Where everything goes that was not observed.</param>
internal sealed class Narrator(TextWriter output, TextWriter error)
{
    private readonly List<string> _missed = [];
    private int _steps;

    /// <summary>The titles of the steps that did not show what they promise.</summary>
    public IReadOnlyList<string> Missed => _missed;

    /// <summary>Begins a step.</summary>
    public void Begin(string title)
    {
        output.WriteLine();
        output.WriteLine($"{++_steps}. {title}");
    }

    /// <summary>Tells one thing that was seen.</summary>
    public void Tell(string line) => output.WriteLine($"   {line}");

    /// <summary>Tells that a step did not show what it promises, and why.</summary>
    public void Miss(string title, string reason)
    {
        _missed.Add(title);
        error.WriteLine($"   NOT OBSERVED: {reason.ReplaceLineEndings(" ")}");
    }

    /// <summary>Tells how it all went.</summary>
    public void Conclude()
    {
        if (_missed.Count == 0)
        {
            output.WriteLine();
            output.WriteLine("All was observed.");
        }
        else
        {
            error.WriteLine();
            error.WriteLine($"{CommandLine.Name} demo: not observed: {string.Join("; ", _missed)}.");
        }
    }
}
