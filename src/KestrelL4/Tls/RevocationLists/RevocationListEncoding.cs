using System.Buffers.Text;
using System.Security.Cryptography;

namespace KestrelL4.Tls.RevocationLists;

/// <summary>The two forms in which a revocation list stands in a file: PEM and DER.</summary>
internal static class RevocationListEncoding
{
    private const byte Sequence = 0x30;
    private const byte LongLength = 0x80;

    private static ReadOnlySpan<byte> Label => "X509 CRL"u8;

    private static ReadOnlySpan<byte> Begin => "-----BEGIN "u8;

    /// <summary>Takes the DER out of a file's content; gives what is wrong with it, or null.</summary>
    public static string? Decode(ReadOnlyMemory<byte> content, out ReadOnlyMemory<byte> encoded)
    {
        // With its signature no list is so short that its length fits one byte, and no text goes on like this.
        encoded = content;
        return content.Span is [Sequence, >= LongLength, ..] ? null : DecodePem(content.Span, out encoded);
    }

    private static string? DecodePem(ReadOnlySpan<byte> text, out ReadOnlyMemory<byte> encoded)
    {
        encoded = default;
        if (text.Count(Begin) > 1)
        {
            // Which of them is meant, nobody can say; and the second may be a broken one that looks like text.
            return "holds more than one PEM block";
        }

        if (!PemEncoding.TryFindUtf8(text, out PemFields fields) || !text[fields.Label].SequenceEqual(Label))
        {
            return "holds no revocation list";
        }

        byte[] decoded = new byte[fields.DecodedDataLength];
        _ = Base64.DecodeFromUtf8(text[fields.Base64Data], decoded, out _, out int length);
        encoded = decoded.AsMemory(0, length);
        return null;
    }
}
