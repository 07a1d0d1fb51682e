namespace KestrelL4.Server.Tests.Configuration.Schema;

/// <summary>What the configuration's reader takes at a key.</summary>
internal abstract record KeyKind
{
    /// <summary>Nothing: the key is refused, whatever stands there.</summary>
    public sealed record Refused : KeyKind;

    /// <summary>Keys below, by name.</summary>
    public sealed record Section(IReadOnlyDictionary<string, KeyKind> Keys) : KeyKind;

    /// <summary>Entries below, each under a name of the operator's own.</summary>
    /// <param name="Name">The form of the names.</param>
    /// <param name="Entry">What each takes.</param>
    public sealed record Entries(string Name, KeyKind Entry) : KeyKind;

    /// <summary>A list of texts.</summary>
    public sealed record List : KeyKind;

    /// <summary><c>true</c> or <c>false</c>.</summary>
    public sealed record Switch : KeyKind;

    /// <summary>A whole number.</summary>
    public sealed record Whole(int Least, int Most) : KeyKind;

    /// <summary>A number from 0 to 1.</summary>
    public sealed record Share : KeyKind;

    /// <summary>One of some words.</summary>
    public sealed record Choice(IReadOnlyList<string> Words) : KeyKind;

    /// <summary>A duration, or <c>never</c> where it may be.</summary>
    public sealed record Span(bool MayBeNever) : KeyKind;

    /// <summary>Any text, as far as this can be told.</summary>
    public sealed record Text : KeyKind;
}
