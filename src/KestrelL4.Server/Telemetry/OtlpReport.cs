using System.Diagnostics.Tracing;
using System.Globalization;
using Microsoft.Extensions.Logging;

namespace KestrelL4.Server.Telemetry;

/// <summary>Tells in the log, once per change, that a collector takes nothing or takes it again, and once each what OpenTelemetry cannot do as told.</summary>
/// <remarks>OpenTelemetry itself logs nowhere; it tells its event sources.</remarks>
internal sealed partial class OtlpReport(ILogger logger) : EventListener
{
    private const string Exporter = "OpenTelemetry-Exporter-OpenTelemetryProtocol";
    private const string Sdk = "OpenTelemetry-Sdk";
    private const string Delivered = "ExportSuccess";

    // What they tell of may have names without end.
    private const int MostTroubles = 50;

    // The others of the SDK tell of instruments that nobody asked for, or of every span.
    private static readonly HashSet<string> Troubles =
    [
        "InvalidConfigurationValue", "TracesSamplerConfigInvalid", "TracesSamplerArgConfigInvalid", "MeasurementDropped", "ExistsDroppedExportProcessorItems",
    ];

    private readonly Lock _gate = new();
    private readonly HashSet<string> _away = new(StringComparer.Ordinal);
    private readonly HashSet<string> _told = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (eventSource.Name is Exporter or Sdk)
        {
            EnableEvents(eventSource, eventSource.Name == Exporter ? EventLevel.Informational : EventLevel.Warning);
        }
    }

    /// <inheritdoc/>
    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        bool isOfExporter = eventData.EventSource.Name == Exporter;
        if (isOfExporter && CollectorOf(eventData) is { } collector)
        {
            Follow(collector, eventData);
        }
        else if (eventData.Level <= EventLevel.Warning && (isOfExporter || Troubles.Contains(eventData.EventName ?? "")))
        {
            TellOnce(eventData);
        }
    }

    private void Follow(string collector, EventWrittenEventArgs told)
    {
        if (told.EventName == Delivered)
        {
            if (Changes(() => _away.Remove(collector)))
            {
                Returned(logger, collector);
            }
        }
        else if (told.Level <= EventLevel.Warning && Changes(() => _away.Add(collector)))
        {
            Away(logger, collector, ReasonOf(told));
        }
    }

    private void TellOnce(EventWrittenEventArgs told)
    {
        string about = $"{told.EventName} {told.Payload?.FirstOrDefault()}";
        if (Changes(() => _told.Count < MostTroubles && _told.Add(about)))
        {
            Trouble(logger, TextOf(told));
        }
    }

    private bool Changes(Func<bool> change)
    {
        lock (_gate)
        {
            return change();
        }
    }

    // Without the name and the password that a URL may hold.
    private static string? CollectorOf(EventWrittenEventArgs told) =>
        told.Payload is [string first, ..] && Uri.TryCreate(first, UriKind.Absolute, out Uri? url) && url.Scheme.StartsWith("http", StringComparison.Ordinal)
            ? url.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped)
            : null;

    // The last of an exception's first line says it; the rest is the stack.
    private static string ReasonOf(EventWrittenEventArgs told)
    {
        string detail = told.Payload!.Skip(1).OfType<string>().LastOrDefault(static text => text.Length > 0) ?? told.EventName ?? "";
        string line = detail.Split('\n')[0].Trim();
        return line.IndexOf("Exception: ", StringComparison.Ordinal) is var at and >= 0 ? line[(at + "Exception: ".Length)..] : line;
    }

    private static string TextOf(EventWrittenEventArgs told) =>
        string.Format(CultureInfo.InvariantCulture, told.Message ?? told.EventName ?? "", [.. told.Payload ?? []]).Split('\n')[0].Trim();

    [LoggerMessage(2, LogLevel.Warning, "The collector {Collector} takes nothing, and what it misses is lost: {Reason}")]
    private static partial void Away(ILogger logger, string collector, string reason);

    [LoggerMessage(3, LogLevel.Information, "The collector {Collector} takes what it is sent again")]
    private static partial void Returned(ILogger logger, string collector);

    [LoggerMessage(4, LogLevel.Warning, "OpenTelemetry: {What}")]
    private static partial void Trouble(ILogger logger, string what);
}
