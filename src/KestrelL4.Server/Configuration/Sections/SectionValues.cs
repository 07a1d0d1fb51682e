using System.Globalization;
using KestrelL4.Server.Configuration.Values;

namespace KestrelL4.Server.Configuration.Sections;

/// <summary>Values of a section by type; each reports a text that is not of its type and returns the default.</summary>
internal static class SectionValues
{
    /// <summary>A whole number from <paramref name="min"/> to <paramref name="max"/>; null when unset or refused.</summary>
    public static int? Integer(this SectionReader section, string key, int min = 1, int max = int.MaxValue)
    {
        if (section.Text(key) is not { } text)
        {
            return null;
        }

        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value >= min && value <= max)
        {
            return value;
        }

        section.Refuse(key, $"{section.Quote(key, text)} is out of range or no whole number", $"write a whole number from {min} to {max}");
        return null;
    }

    /// <summary>A whole number of bytes above 0; null when unset or refused.</summary>
    public static long? Bytes(this SectionReader section, string key, string example)
    {
        if (section.Text(key) is not { } text)
        {
            return null;
        }

        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long bytes) && bytes > 0)
        {
            return bytes;
        }

        section.Refuse(key, $"{section.Quote(key, text)} is no whole number of bytes above 0", $"write the bytes in digits alone, {example}");
        return null;
    }

    /// <summary>A number from 0 to 1, with a decimal point if need be.</summary>
    public static double Fraction(this SectionReader section, string key, double fallback)
    {
        if (section.Text(key) is not { } text)
        {
            return fallback;
        }

        if (double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double value) && value is >= 0 and <= 1)
        {
            return value;
        }

        section.Refuse(key, $"{section.Quote(key, text)} is out of range or no number", "write a number from 0 to 1, such as 0.5");
        return fallback;
    }

    /// <summary>One of the names of an enumeration, compared without case.</summary>
    public static T Choice<T>(this SectionReader section, string key, T fallback)
        where T : struct, Enum
    {
        if (section.Text(key) is not { } text)
        {
            return fallback;
        }

        // By name alone: Enum.TryParse also takes numbers.
        string[] names = Enum.GetNames<T>();
        int index = Array.FindIndex(names, name => name.Equals(text, StringComparison.OrdinalIgnoreCase));
        if (index >= 0)
        {
            return Enum.Parse<T>(names[index]);
        }

        section.Refuse(key, $"{section.Quote(key, text)} is none of its values", $"write {string.Join(", ", names[..^1])} or {names[^1]}");
        return fallback;
    }

    /// <summary><c>true</c> or <c>false</c>; false when unset.</summary>
    public static bool Flag(this SectionReader section, string key)
    {
        if (section.Text(key) is not { } text)
        {
            return false;
        }

        if (!bool.TryParse(text, out bool value))
        {
            section.Refuse(key, $"{section.Quote(key, text)} is neither true nor false", "write true or false");
        }

        return value;
    }

    /// <summary>A duration of zero or more.</summary>
    public static TimeSpan Duration(this SectionReader section, string key, TimeSpan fallback) =>
        section.Text(key) is { } text ? ParseDuration(section, key, text) ?? fallback : fallback;

    /// <summary>A duration of more than zero.</summary>
    public static TimeSpan PositiveDuration(this SectionReader section, string key, TimeSpan fallback)
    {
        TimeSpan value = section.Duration(key, fallback);
        if (value > TimeSpan.Zero)
        {
            return value;
        }

        section.Refuse(key, "is zero", "write more than zero, such as 30s");
        return fallback;
    }

    /// <summary>A duration of more than zero; null when unset.</summary>
    public static TimeSpan? PositiveDuration(this SectionReader section, string key) =>
        section.IsKeySet(key) ? section.PositiveDuration(key, TimeSpan.MaxValue) : null;

    /// <summary>A duration of zero or more, or null for <c>never</c>.</summary>
    public static TimeSpan? DurationOrNever(this SectionReader section, string key, TimeSpan? fallback) => section.Text(key) switch
    {
        null => fallback,
        "never" => null,
        { } text => ParseDuration(section, key, text) ?? fallback,
    };

    /// <summary>A duration of more than zero, or null for <c>never</c>.</summary>
    public static TimeSpan? PositiveDurationOrNever(this SectionReader section, string key, TimeSpan? fallback)
    {
        TimeSpan? value = section.DurationOrNever(key, fallback);
        if (value != TimeSpan.Zero)
        {
            return value;
        }

        section.Refuse(key, "is zero", "write more than zero, such as 30s, or never");
        return fallback;
    }

    /// <summary>
    /// An absolute path; a relative one starts from the directory of the source that names it. Null when unset or refused.
    /// </summary>
    public static string? Path(this SectionReader section, string key)
    {
        if (section.Text(key) is not { } text)
        {
            return null;
        }

        // Neither is shown: a private key that was given instead of its path would end up in logs.
        if (text.Contains(SectionReader.PemBegin, StringComparison.Ordinal))
        {
            section.Refuse(key, "holds a key or certificate, not a path", "name the file that holds it");
            return null;
        }

        if (text.Any(char.IsControl))
        {
            section.Refuse(key, "is no path: it holds a control character", "write a path in one line");
            return null;
        }

        return System.IO.Path.GetFullPath(text, section.DirectoryOf(key));
    }

    /// <summary>An absolute path that must be there; empty when it is not.</summary>
    public static string RequiredPath(this SectionReader section, string key, string allowed)
    {
        string? path = section.Path(key);
        if (path is null)
        {
            section.RefuseMissing(key, "is required", allowed);
        }

        return path ?? "";
    }

    /// <summary>Named sections, each checked for its name; compared without case.</summary>
    public static Dictionary<string, T> Named<T>(this SectionReader section, string key, NameRule rule, Func<SectionReader, T> read)
    {
        var named = new Dictionary<string, T>(StringComparer.OrdinalIgnoreCase);
        foreach (SectionReader entry in section.Entries(key))
        {
            if (!rule.Form.IsMatch(entry.Name))
            {
                section.Refuse($"{key}:{entry.Name}", $"{Printable.Quote(entry.Name)} is no name", rule.Allowed);
            }

            named[entry.Name] = read(entry);
        }

        return named;
    }

    /// <summary>Refuses keys that this version does not support; unset they do no harm.</summary>
    public static void Unsupported(this SectionReader section, params ReadOnlySpan<string> keys)
    {
        foreach (string key in keys)
        {
            if (section.IsKeySet(key))
            {
                section.Refuse(key, "is not supported by this version", "remove it");
            }
        }
    }

    /// <summary>Refuses a key that this version supports with one value only, which is what it does without the key.</summary>
    public static void SupportedOnlyAs(this SectionReader section, string key, string value)
    {
        if (section.Text(key) is { } text && !text.Equals(value, StringComparison.OrdinalIgnoreCase))
        {
            section.Refuse(key, $"{section.Quote(key, text)} is not supported by this version", $"remove it or write {value}");
        }
    }

    private static TimeSpan? ParseDuration(SectionReader section, string key, string text)
    {
        if (Values.Duration.TryParse(text, out TimeSpan value, out string allowed))
        {
            return value;
        }

        section.Refuse(key, $"{section.Quote(key, text)} is no duration", section.IsSecret(key) ? Values.Duration.Forms : allowed);
        return null;
    }
}
