using System.Globalization;
using KestrelL4.Server.Configuration.Loading;
using KestrelL4.Server.Configuration.Values;

namespace KestrelL4.Server.Configuration.Sections;

/// <summary>
/// Reads the keys of one section and remembers which it was asked for, so that a key nobody asked for is an error
/// and no list of known keys can go stale.
/// </summary>
/// <remarks>What cannot be read is replaced by its default and reading goes on; with an error nobody sees the result.</remarks>
internal sealed class SectionReader
{
    private readonly ConfigurationNode _node;
    private readonly SectionReader? _parent;
    private readonly ConfigurationErrors _errors;
    private readonly List<string> _known = [];

    private SectionReader(ConfigurationNode node, SectionReader? parent, ConfigurationErrors errors)
    {
        _node = node;
        _parent = parent;
        _errors = errors;
        if (node.Value is not null)
        {
            string problem = $"is the value {Printable.Quote(node.Value)}";
            _errors.Add(new ConfigurationError(KeyPath, Source, problem, "write a section with keys"));
        }
    }

    /// <summary>The section's own name.</summary>
    public string Name => _node.Name;

    /// <summary>The section's key from the top.</summary>
    public string KeyPath => _parent is null ? Name : $"{_parent.KeyPath}:{Name}";

    /// <summary>Whether the section is absent or holds no key.</summary>
    public bool IsEmpty => _node.Children.Count == 0;

    /// <summary>Whether anything in the section has a value.</summary>
    public bool IsSet => _node.IsSet;

    /// <summary>Whether every source could be loaded, so that what is not here is nowhere.</summary>
    public bool IsComplete => _errors.IsComplete;

    private string Source => _node.SourceNames().DefaultIfEmpty(_parent?.Source ?? "not set").Aggregate((all, name) => $"{all} and {name}");

    /// <summary>The reader of the uppermost section.</summary>
    public static SectionReader Of(ConfigurationNode root, ConfigurationErrors errors) => new(root, parent: null, errors);

    /// <summary>The value of the key; null when unset.</summary>
    public string? Text(string key)
    {
        ConfigurationNode? child = Child(key);
        if (child is { Children.Count: > 0, IsSet: true })
        {
            Refuse(key, "is a section", "write one value");
            return null;
        }

        return child?.Value;
    }

    /// <summary>Whether the key, or any below it, has a value.</summary>
    public bool IsKeySet(string key) => Child(key) is { IsSet: true };

    /// <summary>The absolute directory that a relative path in the value of the key starts from.</summary>
    public string DirectoryOf(string key) =>
        _node.Find(key)?.Source?.Directory ?? throw new InvalidOperationException($"{KeyPath}:{key} has no value.");

    /// <summary>The section below; empty when absent.</summary>
    public SectionReader Section(string key) => new(Child(key) ?? new ConfigurationNode(key), this, _errors);

    /// <summary>The named sections below.</summary>
    public IEnumerable<SectionReader> Entries(string key)
    {
        SectionReader section = Section(key);
        return section._node.Children.Select(child => new SectionReader(child, section, _errors));
    }

    /// <summary>The list below; empty when absent. Two sources that both set it are refused: .NET would mix them by index.</summary>
    public IReadOnlyList<ListItem> List(string key)
    {
        SectionReader list = Section(key);
        var items = new List<(int Index, ListItem Item)>(list._node.Children.Count);
        foreach (ConfigurationNode child in list._node.Children)
        {
            if (!int.TryParse(child.Name, NumberStyles.None, CultureInfo.InvariantCulture, out int index))
            {
                list.Refuse(child.Name, "is no element of a list", "number the elements from 0");
            }
            else if (list.Text(child.Name) is { } text)
            {
                items.Add((index, new ListItem($"{key}:{child.Name}", text)));
            }
        }

        list.RefuseSeveralSources();
        items.Sort((left, right) => left.Index.CompareTo(right.Index));
        return items.ConvertAll(item => item.Item);
    }

    /// <summary>Reports what is wrong with a key of this section.</summary>
    /// <param name="key">The key, with colons when it lies deeper.</param>
    /// <param name="problem">What is wrong.</param>
    /// <param name="allowed">What is allowed, or what to do.</param>
    public void Refuse(string key, string problem, string allowed)
    {
        if (_errors.IsFull)
        {
            _errors.Count();
            return;
        }

        ConfigurationNode? node = key.Split(':').Aggregate((ConfigurationNode?)_node, (above, part) => above?.Find(part));
        string source = string.Join(" and ", node?.SourceNames() ?? []);
        _errors.Add(new ConfigurationError($"{KeyPath}:{key}", source.Length == 0 ? Source : source, problem, allowed));
    }

    /// <summary>
    /// Reports that a key must be there; silent when it is there but was refused, and when a source failed, which may have held it.
    /// </summary>
    public void RefuseMissing(string key, string problem, string allowed)
    {
        if (_errors.IsComplete && !IsKeySet(key))
        {
            Refuse(key, problem, allowed);
        }
    }

    /// <summary>Reports a name that is not among the known ones, with the nearest of them.</summary>
    public void RefuseUnknown(string key, string problem, string name, IReadOnlyCollection<string> known) =>
        Refuse(key, problem, _errors.IsFull ? "" : NearestName.Hint(name, known));

    /// <summary>Reports every key that nobody asked for; the last call of a section's reader.</summary>
    public void RefuseUnknownKeys()
    {
        foreach (ConfigurationNode child in _node.Children)
        {
            if (!_known.Contains(child.Name, StringComparer.OrdinalIgnoreCase))
            {
                RefuseUnknown(child.Name, "unknown key", child.Name, _known);
            }
        }
    }

    private void RefuseSeveralSources()
    {
        var sources = new List<string>(1);
        foreach (ConfigurationNode child in _node.Children)
        {
            foreach (ConfigurationSource? source in (ReadOnlySpan<ConfigurationSource?>)[child.Replaced, child.Source])
            {
                if (source is not null && !sources.Contains(source.Name))
                {
                    sources.Add(source.Name);
                }
            }
        }

        if (sources.Count > 1)
        {
            _errors.Add(new ConfigurationError(
                KeyPath, string.Join(" and ", sources), "is a list set by more than one source", "set the whole list in one source"));
        }
    }

    private ConfigurationNode? Child(string key)
    {
        if (!_known.Contains(key))
        {
            _known.Add(key);
        }

        return _node.Find(key);
    }
}
