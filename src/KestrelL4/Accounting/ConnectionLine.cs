using System.Collections;
using System.Globalization;
using System.Text;
using KestrelL4.Tls;

namespace KestrelL4.Accounting;

/// <summary>The log line of a connection that ended: every field for a machine, and for people the fields that have a value.</summary>
internal sealed class ConnectionLine : IReadOnlyList<KeyValuePair<string, object?>>
{
    private const string Template = "Connection {ConnectionId} of {Application} ended: {CloseReason}";

    private static readonly KeyValuePair<string, object?>[] Untraced = [];

    private readonly KeyValuePair<string, object?>[] _fields;

    public ConnectionLine(ProxiedConnection connection) => _fields =
    [
        new("ConnectionId", connection.Id),
        new("Application", connection.Application),
        new("CloseReason", connection.CloseReason!.Value.Word()),
        new("Cause", connection.HandshakeFailure?.Word() ?? connection.Cause),
        new("Client", connection.Client?.Name),
        new("ClientAuthority", connection.Certificate?.Id.Authority),
        new("SerialNumber", connection.Certificate?.Id.SerialNumber),
        new("Peer", connection.Peer),
        new("Upstream", connection.Upstream?.Name),
        new("BytesReceived", connection.BytesReceived),
        new("BytesSent", connection.BytesSent),
        new("HandshakeMilliseconds", Milliseconds(connection.HandshakeDuration)),
        new("ConnectMilliseconds", Milliseconds(connection.ConnectDuration)),
        new("Milliseconds", Milliseconds(connection.Duration)),
        .. connection.Trace is { } trace ? [new("trace_id", trace.TraceId)] : Untraced,
        new("{OriginalFormat}", Template),
    ];

    /// <inheritdoc/>
    public int Count => _fields.Length;

    /// <inheritdoc/>
    public KeyValuePair<string, object?> this[int index] => _fields[index];

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, object?>> GetEnumerator() => _fields.AsEnumerable().GetEnumerator();

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => _fields.GetEnumerator();

    /// <summary>The line for people.</summary>
    public override string ToString()
    {
        StringBuilder line = new($"Connection {_fields[0].Value} of {_fields[1].Value} ended: {_fields[2].Value}");
        foreach ((string name, object? value) in _fields.AsSpan(3..^1))
        {
            if (value is not null)
            {
                // The names that /connections has for the same facts.
                line.Append(CultureInfo.InvariantCulture, $" {char.ToLowerInvariant(name[0])}{name.AsSpan(1)}={value}");
            }
        }

        return line.ToString();
    }

    // A tenth of a millisecond is finer than what a scheduler lets one measure.
    private static double? Milliseconds(TimeSpan? duration) => duration is { } span ? Math.Round(span.TotalMilliseconds, 1) : null;
}
