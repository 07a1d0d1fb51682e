using KestrelL4.Server.Configuration.Values;

namespace KestrelL4.Server.Configuration;

/// <summary>One thing wrong with the configuration, as the operator reads it.</summary>
/// <param name="KeyPath">The key, such as <c>KestrelL4:Applications:echo:Listen</c>.</param>
/// <param name="Source">Where the value came from: a file, <c>environment</c>, <c>--set</c>, or several.</param>
/// <param name="Problem">What is wrong, with the offending value unless it may be a secret.</param>
/// <param name="Allowed">What is allowed, or what to do.</param>
internal sealed record ConfigurationError(string KeyPath, string Source, string Problem, string Allowed)
{
    /// <summary>One line, whatever the values and the exceptions of the system hold.</summary>
    public override string ToString() => Printable.Whole($"{KeyPath} ({Source}): {Problem}; {Allowed}");
}
