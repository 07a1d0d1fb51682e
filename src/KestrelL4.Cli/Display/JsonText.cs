using System.Globalization;
using System.Text;

namespace KestrelL4.Cli.Display;

/// <summary>JSON from elsewhere made fit for a terminal, the same to whoever parses it.</summary>
internal static class JsonText
{
    /// <summary>The same JSON in which every character that a terminal might obey is written as an escape.</summary>
    /// <param name="json">Valid JSON.</param>
    public static string Of(string json)
    {
        StringBuilder text = new(json.Length);
        foreach (char character in json)
        {
            // Outside of strings JSON has no other control characters than white space, which inside of them is escaped already.
            text.Append(IsSafe(character) ? character.ToString() : $"\\u{(int)character:x4}");
        }

        return text.ToString();
    }

    private static bool IsSafe(char character) => character is '\n' or '\r' or '\t'
        || (!char.IsControl(character)
            && char.GetUnicodeCategory(character) is not (UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator));
}
