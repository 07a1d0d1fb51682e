using System.Globalization;

namespace KestrelL4.Cli.Control;

/// <summary>Times, ages and amounts as people read them.</summary>
internal static class Readable
{
    private const double Unit = 1024;

    private static readonly string[] Units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];

    /// <summary>A moment to the second, such as <c>2026-01-01 00:00:00Z</c>.</summary>
    public static string Time(DateTimeOffset moment) => moment.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>A time span in its two largest units from a second up, such as <c>3h12m</c>.</summary>
    public static string Age(TimeSpan age) => age < TimeSpan.FromMinutes(1) ? $"{Math.Max(0, age.Seconds)}s" : ReadableDuration.Of(age);

    /// <summary>A number with its thousands parted, such as <c>12,345</c>.</summary>
    public static string Count(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>An amount of bytes, such as <c>512 B</c> or <c>1.5 MiB</c>.</summary>
    public static string Bytes(long bytes)
    {
        double amount = bytes;
        int unit = 0;
        while (amount >= Unit && unit < Units.Length - 1)
        {
            amount /= Unit;
            unit++;
        }

        return string.Create(CultureInfo.InvariantCulture, $"{amount:0.#} {Units[unit]}");
    }
}
