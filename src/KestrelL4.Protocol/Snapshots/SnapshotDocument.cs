using System.Buffers;
using System.Buffers.Text;

namespace KestrelL4.Protocol.Snapshots;

/// <summary>The four lines of a signed snapshot, each ended by a line feed.</summary>
/// <remarks>
/// What it is; the signer's certificate, DER in Base64; the snapshot, JSON; the signature over everything before its own line,
/// 64 octets in Base64. So nothing is outside the signature, and nothing is parsed before it is verified but the certificate.
/// </remarks>
/// <param name="Signed">The first three lines, which the signature covers.</param>
/// <param name="Certificate">The signer's certificate in DER.</param>
/// <param name="Content">The snapshot in JSON.</param>
/// <param name="Signature">The signature: r and s, 32 octets each (IEEE P1363).</param>
internal readonly record struct SnapshotDocument(
    ReadOnlyMemory<byte> Signed, byte[] Certificate, ReadOnlyMemory<byte> Content, byte[] Signature)
{
    /// <summary>The longest document that is signed or read: 64 MiB, room for some 300,000 clients.</summary>
    public const int MaxBytes = 64 * 1024 * 1024;

    /// <summary>The OID that says that a certificate's key signs snapshots: of no registered arc, drawn at random (X.667).</summary>
    public const string SignerUsage = "2.25.27210340592435068110790899763814484017";

    private const int MaxCertificateBytes = 8 * 1024;
    private const int SignatureBytes = 64;

    /// <summary>The first line.</summary>
    public static ReadOnlySpan<byte> FirstLine => "kestrell4-snapshot 1\n"u8;

    /// <summary>Takes a document apart, verifying nothing; null when it is none, with the reason.</summary>
    public static SnapshotDocument? Read(ReadOnlyMemory<byte> document, out string refusal)
    {
        ReadOnlySpan<byte> bytes = document.Span;
        refusal = bytes.Length > MaxBytes ? $"it is longer than {MaxBytes} bytes"
            : !bytes.StartsWith(FirstLine) ? "it does not begin as a snapshot of this version does"
            : "";
        if (refusal.Length > 0)
        {
            return null;
        }

        int certificateEnd = EndOfLine(bytes, FirstLine.Length);
        int contentEnd = EndOfLine(bytes, certificateEnd);
        int signatureEnd = EndOfLine(bytes, contentEnd);
        if (signatureEnd != bytes.Length || contentEnd == certificateEnd || signatureEnd == contentEnd)
        {
            refusal = "it is truncated, or something follows it";
            return null;
        }

        byte[]? certificate = Decode(bytes[FirstLine.Length..(certificateEnd - 1)], MaxCertificateBytes);
        byte[]? signature = Decode(bytes[contentEnd..(signatureEnd - 1)], SignatureBytes);
        if (certificate is null || signature is not { Length: SignatureBytes })
        {
            refusal = "its certificate or its signature is garbled";
            return null;
        }

        return new SnapshotDocument(document[..contentEnd], certificate, document[certificateEnd..(contentEnd - 1)], signature);
    }

    /// <summary>Writes octets in Base64, and the end of the line.</summary>
    public static void WriteLine(IBufferWriter<byte> target, ReadOnlySpan<byte> octets)
    {
        Span<byte> text = target.GetSpan(Base64.GetMaxEncodedToUtf8Length(octets.Length) + 1);
        Base64.EncodeToUtf8(octets, text, out _, out int written);
        text[written] = (byte)'\n';
        target.Advance(written + 1);
    }

    // The index after the line's end, or where the line begins when it has no end.
    private static int EndOfLine(ReadOnlySpan<byte> bytes, int start) => start + bytes[start..].IndexOf((byte)'\n') + 1;

    // Base64 has several texts for the same octets; only the one that we write is taken, so that no byte can change unnoticed.
    private static byte[]? Decode(ReadOnlySpan<byte> text, int most)
    {
        byte[] octets = new byte[Base64.GetMaxDecodedFromUtf8Length(text.Length)];
        if (octets.Length > most + 2
            || Base64.DecodeFromUtf8(text, octets, out int consumed, out int written) != OperationStatus.Done
            || consumed != text.Length
            || written > most)
        {
            return null;
        }

        byte[] again = new byte[text.Length];
        return Base64.EncodeToUtf8(octets.AsSpan(0, written), again, out _, out int length) == OperationStatus.Done
            && again.AsSpan(0, length).SequenceEqual(text)
                ? octets[..written]
                : null;
    }
}
