namespace KestrelL4.Bench.Reporting;

/// <summary>What is said of several values at once.</summary>
internal static class Statistics
{
    /// <summary>The middle value, or the mean of the two middle ones; NaN of none.</summary>
    public static double Median(IReadOnlyCollection<double> values) => Percentile(values, 0.5);

    /// <summary>The value that a share of the values, 0 to 1, does not exceed, interpolated; NaN of none.</summary>
    public static double Percentile(IReadOnlyCollection<double> values, double share)
    {
        if (values.Count == 0)
        {
            return double.NaN;
        }

        double[] ordered = [.. values.Order()];
        double position = share * (ordered.Length - 1);
        int below = (int)position;
        int above = Math.Min(below + 1, ordered.Length - 1);
        return ordered[below] + ((ordered[above] - ordered[below]) * (position - below));
    }

    /// <summary>Largest less smallest value as a share of the median; NaN of one value or none.</summary>
    public static double Spread(IReadOnlyCollection<double> values) =>
        values.Count < 2 ? double.NaN : (values.Max() - values.Min()) / Median(values);
}
