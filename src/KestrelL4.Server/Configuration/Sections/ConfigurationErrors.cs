using KestrelL4.Server.Configuration.Loading;
using KestrelL4.Server.Configuration.Values;

namespace KestrelL4.Server.Configuration.Sections;

/// <summary>Gathers errors, so that the operator sees them all at once, and counts what nobody would read to the end.</summary>
internal sealed class ConfigurationErrors
{
    /// <summary>How many errors are kept; the rest is counted.</summary>
    public const int Limit = 100;

    private readonly List<ConfigurationError> _errors = [];
    private int _more;

    /// <summary>Whether every source was loaded; if not, what seems to be missing may be in the one that failed. Default true.</summary>
    public bool IsComplete { get; init; } = true;

    /// <summary>Whether further errors are only counted, so that nobody need describe them.</summary>
    public bool IsFull => _errors.Count >= Limit;

    /// <summary>Keeps the error, or counts it.</summary>
    public void Add(ConfigurationError error)
    {
        if (IsFull)
        {
            Count();
        }
        else
        {
            _errors.Add(error with { KeyPath = Printable.Line(error.KeyPath) });
        }
    }

    /// <summary>Counts an error that nobody described.</summary>
    public void Count() => _more++;

    /// <summary>The errors in the order they were found, and one that counts the rest.</summary>
    public IReadOnlyList<ConfigurationError> ToList()
    {
        var rest = new ConfigurationError(
            ConfigurationTree.RootKey, "all sources", $"and {_more} more errors", "correct those above first");
        return _more == 0 ? [.. _errors] : [.. _errors, rest];
    }
}
