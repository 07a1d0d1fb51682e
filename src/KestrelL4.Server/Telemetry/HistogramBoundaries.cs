using System.Diagnostics.Metrics;
using System.Numerics;

namespace KestrelL4.Server.Telemetry;

/// <summary>The buckets of a histogram: those that its instrument advises, else ones fit for seconds.</summary>
internal static class HistogramBoundaries
{
    private static readonly double[] Default = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

    /// <summary>The upper bounds of the instrument's buckets, ascending.</summary>
    public static double[] Of(Instrument instrument) => instrument switch
    {
        Histogram<double> histogram => From(histogram.Advice),
        Histogram<long> histogram => From(histogram.Advice),
        Histogram<int> histogram => From(histogram.Advice),
        _ => Default,
    };

    private static double[] From<T>(InstrumentAdvice<T>? advice)
        where T : struct, INumberBase<T> =>
        advice?.HistogramBucketBoundaries is { } boundaries ? [.. boundaries.Select(double.CreateChecked)] : Default;
}
