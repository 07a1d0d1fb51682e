using System.Globalization;

namespace KestrelL4.Testing.Telemetry;

/// <summary>The attributes of spans, measurements and resources, as text.</summary>
internal static class OtlpAttributes
{
    private const int Key = 1;
    private const int Value = 2;

    /// <summary>Reads a field of <c>KeyValue</c> messages.</summary>
    public static IReadOnlyDictionary<string, string> Of(ProtobufMessage message, int field) =>
        message.Messages(field).ToDictionary(static pair => pair.Text(Key), static pair => TextOf(pair.Message(Value)));

    // The alternatives of AnyValue: text, truth, whole number, floating point number.
    private static string TextOf(ProtobufMessage value) =>
        value.Has(2) ? (value.Scalar(2) == 1 ? "true" : "false")
        : value.Has(3) ? ((long)value.Scalar(3)).ToString(CultureInfo.InvariantCulture)
        : value.Has(4) ? value.Real(4).ToString(CultureInfo.InvariantCulture)
        : value.Text(1);
}
