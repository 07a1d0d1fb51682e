using System.Buffers;
using System.Globalization;

namespace KestrelL4.Server.Configuration.Values;

/// <summary>Durations as operators write them, in files and on the command line.</summary>
/// <remarks>
/// .NET's own reader takes <c>24:00:00</c> for 24 days and <c>30</c> for 30 days, so both are refused here with the right form.
/// </remarks>
internal static class Duration
{
    /// <summary>The longest duration that may be written: 3,650 days.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(3650);

    /// <summary>The forms that are understood.</summary>
    public const string Forms = "write a number and unit such as 500ms, 30s, 5m, 24h or 7d, or hh:mm:ss, or d.hh:mm:ss";

    private static readonly SearchValues<char> NumberCharacters = SearchValues.Create("0123456789.");

    private static readonly string[] ClockForms =
        [@"hh\:mm\:ss", @"hh\:mm\:ss\.FFFFFFF", @"d\.hh\:mm\:ss", @"d\.hh\:mm\:ss\.FFFFFFF"];

    private static readonly (string Unit, long Ticks)[] Units =
    [
        ("ms", TimeSpan.TicksPerMillisecond), ("s", TimeSpan.TicksPerSecond), ("m", TimeSpan.TicksPerMinute),
        ("h", TimeSpan.TicksPerHour), ("d", TimeSpan.TicksPerDay),
    ];

    /// <summary>Reads a duration from zero to <see cref="Longest"/>; decimals such as <c>1.5s</c> count to the tick of 100 ns.</summary>
    /// <param name="text">What the operator wrote.</param>
    /// <param name="value">The duration.</param>
    /// <param name="allowed">What to write instead; empty when the text was understood.</param>
    public static bool TryParse(string text, out TimeSpan value, out string allowed)
    {
        bool understood = TimeSpan.TryParseExact(text, ClockForms, CultureInfo.InvariantCulture, out value) || TryUnits(text, out value);
        allowed = !understood ? RightForm(text) : value > Longest ? "at most 3650d" : "";
        return allowed.Length == 0;
    }

    private static bool TryUnits(string text, out TimeSpan value)
    {
        value = default;
        int digits = text.AsSpan().IndexOfAnyExcept(NumberCharacters);
        if (digits <= 0 || !char.IsAsciiDigit(text[0]) || !char.IsAsciiDigit(text[digits - 1]))
        {
            return false;
        }

        long ticks = Units.FirstOrDefault(unit => text.AsSpan(digits).SequenceEqual(unit.Unit)).Ticks;
        if (ticks == 0
            || !decimal.TryParse(text.AsSpan(0, digits), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal number))
        {
            return false;
        }

        // What is out of range must still compare as too long rather than overflow.
        value = number > Longest.Ticks / ticks ? TimeSpan.MaxValue : new TimeSpan((long)(number * ticks));
        return true;
    }

    private static string RightForm(string text)
    {
        if (uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out uint bare))
        {
            return $"a unit is missing: write \"{bare}s\" for seconds, or use ms, m, h or d";
        }

        string[] parts = text.Split(':');
        return parts.Length == 3 && uint.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out uint hours) && hours > 23
            ? $"hours go from 00 to 23: write \"{hours}h\" or \"{hours / 24}.{hours % 24:00}:{parts[1]}:{parts[2]}\""
            : Forms;
    }
}
