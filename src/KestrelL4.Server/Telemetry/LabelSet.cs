using System.Globalization;

namespace KestrelL4.Server.Telemetry;

/// <summary>The labels of one series, in the order in which its instrument gives them.</summary>
internal sealed class LabelSet(ReadOnlySpan<KeyValuePair<string, object?>> tags)
{
    private readonly KeyValuePair<string, object?>[] _tags = tags.ToArray();

    /// <summary>Compares label sets with each other and with tags that are not a label set yet, without allocating.</summary>
    public static IEqualityComparer<LabelSet> Comparer { get; } = new TagComparer();

    /// <summary>The labels as the text format writes them between braces; empty for none.</summary>
    public string Text { get; } = Write(tags);

    private static string Write(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        string[] labels = new string[tags.Length];
        for (int i = 0; i < tags.Length; i++)
        {
            string value = Convert.ToString(tags[i].Value, CultureInfo.InvariantCulture) ?? "";
            labels[i] = PrometheusText.Label(tags[i].Key, value);
        }

        return string.Join(',', labels);
    }

    private sealed class TagComparer
        : IEqualityComparer<LabelSet>, IAlternateEqualityComparer<ReadOnlySpan<KeyValuePair<string, object?>>, LabelSet>
    {
        public bool Equals(LabelSet? x, LabelSet? y) => ReferenceEquals(x, y) || (x is not null && y is not null && Equals(x._tags, y));

        public bool Equals(ReadOnlySpan<KeyValuePair<string, object?>> alternate, LabelSet other)
        {
            if (alternate.Length != other._tags.Length)
            {
                return false;
            }

            for (int i = 0; i < alternate.Length; i++)
            {
                if (alternate[i].Key != other._tags[i].Key || !Equals(alternate[i].Value, other._tags[i].Value))
                {
                    return false;
                }
            }

            return true;
        }

        public int GetHashCode(LabelSet obj) => GetHashCode(obj._tags);

        public int GetHashCode(ReadOnlySpan<KeyValuePair<string, object?>> alternate)
        {
            HashCode hash = default;
            foreach (KeyValuePair<string, object?> tag in alternate)
            {
                hash.Add(tag.Key);
                hash.Add(tag.Value);
            }

            return hash.ToHashCode();
        }

        public LabelSet Create(ReadOnlySpan<KeyValuePair<string, object?>> alternate) => new(alternate);
    }
}
