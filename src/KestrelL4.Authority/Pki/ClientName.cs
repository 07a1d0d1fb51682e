using System.Diagnostics.CodeAnalysis;

namespace KestrelL4.Authority.Pki;

/// <summary>The name of a client, as it stands in its certificate and in the names of its files.</summary>
internal sealed record ClientName
{
    /// <summary>What is allowed, as an operator reads it.</summary>
    public const string Rule =
        "a client's name is 1 to 128 of A-Z a-z 0-9 . _ @ -, does not begin with '-', and is not '.', '..', 'ca' or 'server'";

    private const int MaxLength = 128;

    // ca and server would take the files of the CA and of the node, also where a file system ignores case.
    private static readonly string[] Reserved = [".", "..", "ca", "server"];

    private ClientName(string text) => Text = text;

    /// <summary>The name as it was written.</summary>
    public string Text { get; }

    /// <summary>Takes a name that keeps the <see cref="Rule"/>; so no name leaves the directory or reads as an option.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out ClientName? name)
    {
        bool allowed = text.Length is > 0 and <= MaxLength
            && text[0] != '-'
            && text.All(static character => char.IsAsciiLetterOrDigit(character) || character is '.' or '_' or '@' or '-')
            && !Reserved.Contains(text, StringComparer.OrdinalIgnoreCase);
        name = allowed ? new ClientName(text) : null;
        return allowed;
    }

    /// <inheritdoc/>
    public override string ToString() => Text;
}
