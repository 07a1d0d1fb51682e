namespace KestrelL4.Server.Configuration.Loading;

/// <summary>One key of the merged configuration: its value or its children, and where the value came from.</summary>
/// <param name="name">The key's last part, as written first; compared without case.</param>
internal sealed class ConfigurationNode(string name)
{
    private Dictionary<string, ConfigurationNode>? _children;

    /// <summary>The key's last part.</summary>
    public string Name { get; } = name;

    /// <summary>The value; null when unset, never empty.</summary>
    public string? Value { get; private set; }

    /// <summary>Where the key was last written; null when only its children were.</summary>
    public ConfigurationSource? Source { get; private set; }

    /// <summary>The source whose value this one replaced last; null when none did.</summary>
    public ConfigurationSource? Replaced { get; private set; }

    /// <summary>The keys below, in the order of their first appearance.</summary>
    public IReadOnlyCollection<ConfigurationNode> Children => _children is null ? [] : _children.Values;

    /// <summary>Whether this key or any below it has a value.</summary>
    public bool IsSet => Value is not null || Children.Any(child => child.IsSet);

    /// <summary>The child of that name, or null.</summary>
    public ConfigurationNode? Find(ReadOnlySpan<char> name) =>
        _children is not null && _children.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(name, out ConfigurationNode? child)
            ? child
            : null;

    /// <summary>The child of that name, made if need be.</summary>
    public ConfigurationNode Grow(ReadOnlySpan<char> name)
    {
        if (Find(name) is { } child)
        {
            return child;
        }

        _children ??= new Dictionary<string, ConfigurationNode>(StringComparer.OrdinalIgnoreCase);
        var grown = new ConfigurationNode(name.ToString());
        _children.Add(grown.Name, grown);
        return grown;
    }

    /// <summary>Writes the value; null leaves what stands below in force.</summary>
    public void Set(string? value, ConfigurationSource source)
    {
        Replaced = Source;
        Value = value;
        Source = source;
    }

    /// <summary>Forgets the child and all below it.</summary>
    public void Prune(string name) => _children?.Remove(name);

    /// <summary>Forgets the value and all below.</summary>
    public void Clear()
    {
        Value = null;
        Source = null;
        Replaced = null;
        _children = null;
    }

    /// <summary>The names of the sources that wrote this key or one below it, each once.</summary>
    public IEnumerable<string> SourceNames()
    {
        var names = new List<string>();
        Collect(names);
        return names;
    }

    private void Collect(List<string> names)
    {
        if (Source is { } source && !names.Contains(source.Name))
        {
            names.Add(source.Name);
        }

        foreach (ConfigurationNode child in Children)
        {
            child.Collect(names);
        }
    }
}
