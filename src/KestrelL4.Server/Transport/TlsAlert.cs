namespace KestrelL4.Server.Transport;

/// <summary>Knows a TLS alert by its record, also an encrypted one: no other record of a handshake is as short.</summary>
internal static class TlsAlert
{
    private const int HeaderLength = 5;
    private const byte AlertType = 21;
    private const byte EncryptedType = 23;

    // RFC 8446 sections 5.2 and 6: level and description; encrypted also the inner type and a tag of 16 bytes.
    private const byte PlainLength = 2;
    private const byte EncryptedLength = 19;

    /// <summary>Whether bytes that were read together end in an alert.</summary>
    public static bool Ends(ReadOnlySpan<byte> bytes) =>
        EndsInRecord(bytes, AlertType, PlainLength) || EndsInRecord(bytes, EncryptedType, EncryptedLength);

    private static bool EndsInRecord(ReadOnlySpan<byte> bytes, byte type, byte length) =>
        bytes.Length >= HeaderLength + length && bytes[^(HeaderLength + length)..] is [var first, 3, _, 0, var last, ..]
        && first == type && last == length;
}
