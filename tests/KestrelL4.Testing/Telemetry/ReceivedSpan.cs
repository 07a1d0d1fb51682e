namespace KestrelL4.Testing.Telemetry;

/// <summary>One span that a collector was sent.</summary>
/// <param name="TraceId">The trace's id in hexadecimal digits.</param>
/// <param name="SpanId">Its own id in hexadecimal digits.</param>
/// <param name="ParentId">The id of the span above it; empty = it is the root.</param>
/// <param name="Name">Its name.</param>
/// <param name="Kind">Its kind.</param>
/// <param name="Began">When it began, in nanoseconds since 1970.</param>
/// <param name="Ended">When it ended, in nanoseconds since 1970.</param>
/// <param name="HasFailed">Whether its status is that of an error.</param>
/// <param name="Attributes">Its attributes.</param>
public sealed record ReceivedSpan(
    string TraceId,
    string SpanId,
    string ParentId,
    string Name,
    SpanKind Kind,
    ulong Began,
    ulong Ended,
    bool HasFailed,
    IReadOnlyDictionary<string, string> Attributes)
{
    private const ulong StatusError = 2;

    /// <summary>An attribute, or null.</summary>
    public string? this[string attribute] => Attributes.GetValueOrDefault(attribute);

    /// <summary>Reads the spans of an <c>ExportTraceServiceRequest</c>.</summary>
    internal static IEnumerable<ReceivedSpan> Of(ProtobufMessage request) =>
        from resource in request.Messages(1)
        from scope in resource.Messages(2)
        from span in scope.Messages(2)
        select new ReceivedSpan(
            Convert.ToHexStringLower(span.Bytes(1).Span),
            Convert.ToHexStringLower(span.Bytes(2).Span),
            Convert.ToHexStringLower(span.Bytes(4).Span),
            span.Text(5),
            (SpanKind)span.Scalar(6),
            span.Scalar(7),
            span.Scalar(8),
            span.Message(15).Scalar(3) == StatusError,
            OtlpAttributes.Of(span, 9));
}

/// <summary>What a span is to others, by the numbers of OTLP.</summary>
public enum SpanKind
{
    /// <summary>Not said.</summary>
    Unspecified,

    /// <summary>Work within.</summary>
    Internal,

    /// <summary>The side that is asked.</summary>
    Server,

    /// <summary>The side that asks.</summary>
    Client,
}
