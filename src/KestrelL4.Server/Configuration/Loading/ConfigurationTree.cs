using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Configuration;

namespace KestrelL4.Server.Configuration.Loading;

/// <summary>All keys under <c>KestrelL4</c>, merged once: enumerating a large <see cref="IConfiguration"/> takes quadratic time.</summary>
internal sealed class ConfigurationTree
{
    /// <summary>The section that holds everything of the node.</summary>
    public const string RootKey = "KestrelL4";

    // Twice what any known key needs. What lies deeper stays in one piece, so that no recursion meets a hostile depth.
    private const int MaxDepth = 16;
    private readonly Lazy<string> _hash;

    private ConfigurationTree() => _hash = new Lazy<string>(() => ComputeHash(Root));

    /// <summary>The section itself.</summary>
    public ConfigurationNode Root { get; } = new(RootKey);

    /// <summary>Sixteen hexadecimal digits that change with any key or value.</summary>
    public string Hash => _hash.Value;

    /// <summary>Sixteen hexadecimal digits that change with any key or value of one section.</summary>
    public string HashOf(string section) => ComputeHash(Root.Find(section) ?? new ConfigurationNode(section));

    /// <summary>Lays the sources over each other; later wins, and an empty text unsets what earlier ones wrote there and below.</summary>
    public static ConfigurationTree Merge(IEnumerable<ConfigurationSource> sources)
    {
        var tree = new ConfigurationTree();
        foreach (ConfigurationSource source in sources)
        {
            foreach ((string key, string? value) in source.Entries)
            {
                if (value is { Length: 0 } && SectionKeys.IsIn(key, RootKey))
                {
                    tree.Unset(key);
                }
            }

            foreach ((string key, string? value) in source.Entries)
            {
                if (SectionKeys.IsIn(key, RootKey))
                {
                    tree.Set(key, value, source);
                }
            }
        }

        return tree;
    }

    /// <summary>The names of the sources that wrote the key, or the nearest key above it that any source wrote.</summary>
    public string SourceOf(string keyPath) =>
        PathTo(keyPath).Select(node => string.Join(" and ", node.SourceNames())).FirstOrDefault(names => names.Length > 0) ?? "not set";

    /// <summary>Whether the key's value may be a secret, for the source it came from.</summary>
    public bool IsSecret(string keyPath) => PathTo(keyPath).Peek().Source is { IsSecret: true };

    // Without the root's own name.
    private static ReadOnlySpan<Range> Split(string key, Span<Range> parts) =>
        parts[1..key.AsSpan().Split(parts, ConfigurationPath.KeyDelimiter)];

    // The key and all above it, the deepest that exists on top.
    private Stack<ConfigurationNode> PathTo(string keyPath)
    {
        var path = new Stack<ConfigurationNode>([Root]);
        Span<Range> parts = stackalloc Range[MaxDepth];
        foreach (Range part in Split(keyPath, parts))
        {
            if (path.Peek().Find(keyPath.AsSpan(part)) is not { } node)
            {
                break;
            }

            path.Push(node);
        }

        return path;
    }

    private void Set(string key, string? value, ConfigurationSource source)
    {
        Span<Range> parts = stackalloc Range[MaxDepth];
        ReadOnlySpan<Range> path = Split(key, parts);

        // An entry whose only key is empty is there all the same: a client without a serial number must not go unnoticed.
        bool isEmpty = value is { Length: 0 };
        ConfigurationNode node = Root;
        foreach (Range part in isEmpty && path.Length > 0 ? path[..^1] : path)
        {
            node = node.Grow(key.AsSpan(part));
        }

        if (!isEmpty)
        {
            node.Set(value, source);
        }
    }

    private void Unset(string key)
    {
        Span<Range> parts = stackalloc Range[MaxDepth];
        ConfigurationNode? parent = null;
        ConfigurationNode? node = Root;
        foreach (Range part in Split(key, parts))
        {
            parent = node;
            node = node.Find(key.AsSpan(part));
            if (node is null)
            {
                return;
            }
        }

        node.Clear();
        parent?.Prune(node.Name);
    }

    private static string ComputeHash(ConfigurationNode node)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(hash, node);
        return Convert.ToHexStringLower(hash.GetHashAndReset())[..16];
    }

    private static void Append(IncrementalHash hash, ConfigurationNode node)
    {
        // Lengths keep "ab" + "c" apart from "a" + "bc".
        string name = node.Name.ToUpperInvariant();
        hash.AppendData(Encoding.UTF8.GetBytes($"{name.Length}:{name}={node.Value?.Length ?? -1}:{node.Value}("));
        foreach (ConfigurationNode child in node.Children.Where(child => child.IsSet)
            .OrderBy(child => child.Name, StringComparer.OrdinalIgnoreCase))
        {
            Append(hash, child);
        }

        hash.AppendData(")"u8);
    }
}
