using KestrelL4.Server.Configuration.Loading;
using Microsoft.Extensions.Configuration;

namespace KestrelL4.Server.Configuration;

/// <summary>What came of reading the configuration once: the configuration, or everything that is wrong with it.</summary>
internal sealed record ConfigurationReading
{
    /// <summary>The configuration; null when anything is wrong.</summary>
    public required NodeConfiguration? Configuration { get; init; }

    /// <summary>What was understood, also when something is wrong: so that the files it names are checked along with the rest.</summary>
    public required NodeConfiguration Understood { get; init; }

    /// <summary>What is wrong with the content, at most a hundred errors and one line that counts the rest.</summary>
    public required IReadOnlyList<ConfigurationError> Errors { get; init; }

    /// <summary>The files and directories named by the operator that do not exist or cannot be read.</summary>
    public required IReadOnlyList<ConfigurationError> Unreadable { get; init; }

    /// <summary>The section <c>Logging</c> of the same sources.</summary>
    public required IConfiguration Logging { get; init; }

    /// <summary>The merged keys under <c>KestrelL4</c>.</summary>
    public required ConfigurationTree Tree { private get; init; }

    /// <summary>Sixteen hexadecimal digits that change with any key or value under <c>KestrelL4</c> and reveal none.</summary>
    public string Hash => Tree.Hash;

    /// <summary>Sixteen hexadecimal digits that change with any key or value of one section, such as <c>Clients</c>.</summary>
    public string HashOf(string section) => Tree.HashOf(section);

    /// <summary>Where the value of a key came from, to report what is wrong with the file that it names.</summary>
    public string SourceOf(string keyPath) => Tree.SourceOf(keyPath);

    /// <summary>Whether the value of a key may be a secret that no error shows, such as whatever lies in the secrets directory.</summary>
    public bool IsSecret(string keyPath) => Tree.IsSecret(keyPath);
}
