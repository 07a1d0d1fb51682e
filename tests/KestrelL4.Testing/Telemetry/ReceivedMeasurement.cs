namespace KestrelL4.Testing.Telemetry;

/// <summary>One series of a metric that a collector was sent.</summary>
/// <param name="Metric">The metric's name.</param>
/// <param name="Unit">Its unit.</param>
/// <param name="Value">The value; of a histogram, how many measurements.</param>
/// <param name="Bounds">The upper bounds of a histogram's buckets, but the last; empty for all else.</param>
/// <param name="Attributes">The labels.</param>
public sealed record ReceivedMeasurement(
    string Metric, string Unit, double Value, IReadOnlyList<double> Bounds, IReadOnlyDictionary<string, string> Attributes)
{
    private const int Gauge = 5;
    private const int Sum = 7;
    private const int Histogram = 9;

    /// <summary>Reads the series of an <c>ExportMetricsServiceRequest</c>.</summary>
    internal static IEnumerable<ReceivedMeasurement> Of(ProtobufMessage request) =>
        from resource in request.Messages(1)
        from scope in resource.Messages(2)
        from metric in scope.Messages(2)
        from point in PointsOf(metric)
        select point;

    private static IEnumerable<ReceivedMeasurement> PointsOf(ProtobufMessage metric) =>
        new[] { Gauge, Sum }
            .SelectMany(kind => metric.Message(kind).Messages(1))
            .Select(point => new ReceivedMeasurement(
                metric.Text(1), metric.Text(3), point.Has(6) ? (long)point.Scalar(6) : point.Real(4), [], OtlpAttributes.Of(point, 7)))
            .Concat(metric.Message(Histogram).Messages(1).Select(point => new ReceivedMeasurement(
                metric.Text(1), metric.Text(3), point.Scalar(4), [.. point.Reals(7)], OtlpAttributes.Of(point, 9))));
}
