using System.Diagnostics.Metrics;

namespace KestrelL4.Server.Telemetry;

/// <summary>Derives Prometheus names from instrument names and their UCUM units.</summary>
internal static class PrometheusName
{
    private const string CountSuffix = "_count";

    /// <summary>The metric's name: the instrument's with its unit spelled out, and <c>_total</c> behind a counter's.</summary>
    public static string Of(Instrument instrument, MetricKind kind)
    {
        string name = WithSuffix(Identifier(instrument.Name), UnitSuffix(instrument.Unit));
        if (kind == MetricKind.Counter)
        {
            return WithSuffix(name, "_total");
        }

        // The format keeps _count for histograms; promtool refuses it on a gauge such as dotnet.assembly.count.
        return kind == MetricKind.Gauge && name.EndsWith(CountSuffix, StringComparison.Ordinal) ? name[..^CountSuffix.Length] : name;
    }

    /// <summary>The text with every character that a metric's or a label's name may not have replaced by an underscore.</summary>
    public static string Identifier(string text) =>
        string.Create(text.Length, text, static (target, source) =>
        {
            for (int i = 0; i < source.Length; i++)
            {
                bool allowed = char.IsAsciiLetter(source[i]) || (i > 0 && char.IsAsciiDigit(source[i]));
                target[i] = allowed ? source[i] : '_';
            }
        });

    // An annotation such as {connection} and the unit 1 say nothing that the name does not.
    private static string UnitSuffix(string? unit) => unit switch
    {
        null or "" or "1" => "",
        ['{', ..] => "",
        "s" => "_seconds",
        "By" => "_bytes",
        _ => "_" + Identifier(unit),
    };

    private static string WithSuffix(string name, string suffix) =>
        name.EndsWith(suffix, StringComparison.Ordinal) ? name : name + suffix;
}
