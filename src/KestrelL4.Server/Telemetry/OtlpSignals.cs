namespace KestrelL4.Server.Telemetry;

/// <summary>What goes out by OTLP, as OpenTelemetry's own environment variables say; nothing unless one of them asks for it.</summary>
/// <param name="Traces">Whether the spans of connections go out. Default false.</param>
/// <param name="Metrics">Whether the metrics go out. Default false.</param>
internal readonly record struct OtlpSignals(bool Traces, bool Metrics)
{
    private const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";

    /// <summary>Reads the variables.</summary>
    /// <param name="variable">Gives the value of a variable, or null.</param>
    public static OtlpSignals Of(Func<string, string?> variable) =>
        string.Equals(variable("OTEL_SDK_DISABLED"), "true", StringComparison.OrdinalIgnoreCase)
            ? default
            : new OtlpSignals(IsWanted(variable, "TRACES"), IsWanted(variable, "METRICS"));

    // An exporter that is named decides; else to name a collector is to want it.
    private static bool IsWanted(Func<string, string?> variable, string signal) =>
        variable($"OTEL_{signal}_EXPORTER") is { Length: > 0 } exporters
            ? exporters.Split(',', StringSplitOptions.TrimEntries).Contains("otlp", StringComparer.OrdinalIgnoreCase)
            : !string.IsNullOrEmpty(variable(Endpoint)) || !string.IsNullOrEmpty(variable($"OTEL_EXPORTER_OTLP_{signal}_ENDPOINT"));
}
