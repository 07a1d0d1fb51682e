using System.Globalization;
using System.Text;

namespace KestrelL4.Server.Configuration.Values;

/// <summary>Foreign text made fit for a terminal and a log line.</summary>
internal static class Printable
{
    private const int MaxValue = 80;
    private const int MaxLine = 400;

    /// <summary>A value in single quotes: 80 characters at most, control characters escaped.</summary>
    public static string Quote(string value) => $"'{Escape(value, MaxValue)}'";

    /// <summary>A key path or a message: 400 characters at most, control characters escaped.</summary>
    public static string Line(string text) => Escape(text, MaxLine);

    private static string Escape(string text, int max)
    {
        var escaped = new StringBuilder(Math.Min(text.Length, max));
        foreach (char character in text.AsSpan(0, Math.Min(text.Length, max)))
        {
            // Format characters can turn the writing direction and so make a line lie.
            bool isPlain = !char.IsControl(character) && !char.IsSurrogate(character)
                && char.GetUnicodeCategory(character) is not (UnicodeCategory.Format or UnicodeCategory.LineSeparator
                    or UnicodeCategory.ParagraphSeparator);
            escaped.Append(isPlain ? character.ToString() : $"\\u{(int)character:x4}");
        }

        return text.Length > max ? escaped.Append('…').ToString() : escaped.ToString();
    }
}
