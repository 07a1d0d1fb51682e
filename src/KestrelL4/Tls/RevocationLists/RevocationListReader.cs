using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace KestrelL4.Tls.RevocationLists;

/// <summary>Reads a revocation list in the order of its fields (RFC 5280 section 5.1), its signature before its entries.</summary>
internal static class RevocationListReader
{
    private const string Damaged = "is no revocation list, or a damaged one";
    private const int Version2 = 1;
    private const int LastYearOfUtcTime = 2049;

    // Clocks differ by a little, and a list is often fetched in the second in which it was issued.
    private static readonly TimeSpan ClockSkew = TimeSpan.FromMinutes(5);
    private static readonly Asn1Tag Extensions = new(TagClass.ContextSpecific, 0, isConstructed: true);

    /// <summary>Reads a list in DER; gives what is wrong with it, or null.</summary>
    public static string? Read(ReadOnlyMemory<byte> encoded, X509Certificate2 issuer, DateTimeOffset now, out RevocationList? list)
    {
        list = null;
        try
        {
            AsnReader file = new(encoded, AsnEncodingRules.DER);
            AsnReader parts = file.ReadSequence();
            file.ThrowIfNotEmpty();
            ReadOnlyMemory<byte> signed = parts.PeekEncodedValue();
            AsnReader content = parts.ReadSequence();
            ReadOnlyMemory<byte> algorithm = parts.ReadEncodedValue();
            byte[] signature = parts.ReadBitString(out int unusedBits);
            parts.ThrowIfNotEmpty();
            return unusedBits != 0 ? Damaged : HeadProblem(content, algorithm, issuer)
                ?? IssuerSignature.Problem(algorithm, signed.Span, signature, issuer)
                ?? ReadContent(content, now, out list);
        }
        catch (AsnContentException)
        {
            return Damaged;
        }
        catch (CryptographicException exception)
        {
            return $"cannot be verified ({exception.Message})";
        }
    }

    private static string? HeadProblem(AsnReader content, ReadOnlyMemory<byte> algorithm, X509Certificate2 issuer)
    {
        // Lists of version 1 do not name it; openssl writes them where it has no number to give.
        if (IsNext(content, Asn1Tag.Integer) && !(content.TryReadInt32(out int version) && version == Version2))
        {
            return "is of a version that is not known";
        }

        return !content.ReadEncodedValue().Span.SequenceEqual(algorithm.Span) ? "names two signature algorithms"
            : !content.ReadEncodedValue().Span.SequenceEqual(issuer.SubjectName.RawData) ? "is signed by another issuer"
            : null;
    }

    private static string? ReadContent(AsnReader content, DateTimeOffset now, out RevocationList? list)
    {
        list = null;
        DateTimeOffset thisUpdate = ReadTime(content);
        DateTimeOffset? nextUpdate = IsTimeNext(content) ? ReadTime(content) : null;
        if (thisUpdate - now > ClockSkew)
        {
            return $"is of {thisUpdate.UtcDateTime:u}, which is in the future";
        }

        RevocationListEntries entries = new();
        if (IsNext(content, Asn1Tag.Sequence) && entries.Read(content.ReadSequence()) is { } entryProblem)
        {
            return entryProblem;
        }

        RevocationListScope scope = new();
        if (content.HasData && scope.Read(content.ReadSequence(Extensions)) is { } scopeProblem)
        {
            return scopeProblem;
        }

        content.ThrowIfNotEmpty();
        list = new RevocationList(new SerialNumberSet(entries.SerialNumbers), thisUpdate, nextUpdate, scope.Number);
        return null;
    }

    private static DateTimeOffset ReadTime(AsnReader reader) =>
        IsNext(reader, Asn1Tag.UtcTime) ? reader.ReadUtcTime(LastYearOfUtcTime) : reader.ReadGeneralizedTime();

    private static bool IsTimeNext(AsnReader reader) => IsNext(reader, Asn1Tag.UtcTime) || IsNext(reader, Asn1Tag.GeneralizedTime);

    private static bool IsNext(AsnReader reader, Asn1Tag tag) => reader.HasData && reader.PeekTag().HasSameClassAndValue(tag);
}
