using System.Globalization;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace KestrelL4.Server.Telemetry;

/// <summary>One log entry on its way to the inner provider; what could change after the call has been written out by then.</summary>
/// <remarks>As a buffered record it is printed with the time at which it was logged, however long it has waited.</remarks>
internal sealed class QueuedEntry(ILogger target, LogLevel level, EventId eventId, DateTimeOffset timestamp) : BufferedLogRecord
{
    private readonly KeyValuePair<string, object?>[] _attributes = [];
    private readonly Exception? _exception;

    /// <summary>The message, formatted.</summary>
    public required string Message { get; init; }

    /// <summary>The message's values by name; null = none.</summary>
    public required object? State
    {
        init => _attributes = value is IEnumerable<KeyValuePair<string, object?>> values ? [.. values.Select(Frozen)] : [];
    }

    /// <summary>What went wrong; null = nothing.</summary>
    public required Exception? Error
    {
        init => _exception = value;
    }

    /// <inheritdoc/>
    public override DateTimeOffset Timestamp => timestamp;

    /// <inheritdoc/>
    public override LogLevel LogLevel => level;

    /// <inheritdoc/>
    public override EventId EventId => eventId;

    /// <inheritdoc/>
    public override string FormattedMessage => Message;

    /// <inheritdoc/>
    public override string? Exception => _exception?.ToString();

    /// <inheritdoc/>
    public override IReadOnlyList<KeyValuePair<string, object?>> Attributes => _attributes;

    /// <summary>Hands the entry to the inner provider's logger; blocks as long as that one does.</summary>
    public void Forward()
    {
        if (target is IBufferedLogger buffered)
        {
            buffered.LogRecords([this]);
        }
        else
        {
            target.Log(level, eventId, _attributes, _exception, (_, _) => Message);
        }
    }

    // A value that is neither text nor a number may be recycled, a request for example, before the reader gets to it.
    private static KeyValuePair<string, object?> Frozen(KeyValuePair<string, object?> value) =>
        value.Value is null or string or ValueType
            ? value
            : new KeyValuePair<string, object?>(value.Key, Convert.ToString(value.Value, CultureInfo.InvariantCulture));
}
