using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using KestrelL4.Testing.Certificates;

namespace KestrelL4.Tests.Tls;

/// <summary>A revocation list put together by hand, for what no library writes.</summary>
internal sealed record HandmadeRevocationList
{
    public static readonly DateTimeOffset DefaultThisUpdate = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);

    private static readonly byte[] EcdsaWithSha256 = AlgorithmOf("1.2.840.10045.4.3.2");

    public required TestAuthority Authority { get; init; }

    /// <summary>As encoded: 1 means version 2; null leaves it out, which means version 1.</summary>
    public int? Version { get; init; } = 1;

    public byte[]? IssuerName { get; init; }

    /// <summary>The algorithm named among what is signed.</summary>
    public byte[] InnerAlgorithm { get; init; } = EcdsaWithSha256;

    public byte[] OuterAlgorithm { get; init; } = EcdsaWithSha256;

    public DateTimeOffset ThisUpdate { get; init; } = DefaultThisUpdate;

    public DateTimeOffset? NextUpdate { get; init; } = DefaultThisUpdate.AddDays(1);

    public IReadOnlyList<byte[]> SerialNumbers { get; init; } = [[0x5F, 0x3A, 0x01]];

    /// <summary>Extensions of every entry.</summary>
    public IReadOnlyList<byte[]> EntryExtensions { get; init; } = [];

    public IReadOnlyList<byte[]> Extensions { get; init; } = [];

    /// <summary>Stands behind the signature.</summary>
    public byte[] Trailer { get; init; } = [];

    public static byte[] AlgorithmOf(string id)
    {
        AsnWriter writer = new(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier(id);
        }

        return writer.Encode();
    }

    public static byte[] Extension(string id, params byte[] value) => Extension(id, critical: null, value);

    public static byte[] CriticalExtension(string id, params byte[] value) => Extension(id, critical: true, value);

    public byte[] Sign()
    {
        using ECDsa key = Authority.Chain().First().GetECDsaPrivateKey()!;
        byte[] content = Content();
        AsnWriter writer = new(AsnEncodingRules.DER, content.Length + 4096);
        using (writer.PushSequence())
        {
            writer.WriteEncodedValue(content);
            writer.WriteEncodedValue(OuterAlgorithm);
            writer.WriteBitString(key.SignData(content, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence));
            if (Trailer.Length > 0)
            {
                writer.WriteEncodedValue(Trailer);
            }
        }

        return writer.Encode();
    }

    private static byte[] Extension(string id, bool? critical, byte[] value)
    {
        AsnWriter writer = new(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier(id);
            if (critical is { } flag)
            {
                writer.WriteBoolean(flag);
            }

            writer.WriteOctetString(value);
        }

        return writer.Encode();
    }

    private static void WriteAll(AsnWriter writer, IReadOnlyList<byte[]> values)
    {
        using (writer.PushSequence())
        {
            foreach (byte[] value in values)
            {
                writer.WriteEncodedValue(value);
            }
        }
    }

    private static void WriteTime(AsnWriter writer, DateTimeOffset time)
    {
        if (time.Year < 2050)
        {
            writer.WriteUtcTime(time);
        }
        else
        {
            writer.WriteGeneralizedTime(time, omitFractionalSeconds: true);
        }
    }

    /// <summary>What is signed.</summary>
    public byte[] Content()
    {
        // The writer grows by a KiB at a time, which takes long for a long list.
        AsnWriter writer = new(AsnEncodingRules.DER, (SerialNumbers.Count * 64) + 4096);
        using (writer.PushSequence())
        {
            if (Version is { } version)
            {
                writer.WriteInteger(version);
            }

            writer.WriteEncodedValue(InnerAlgorithm);
            writer.WriteEncodedValue(IssuerName ?? Authority.Chain().First().SubjectName.RawData);
            WriteTime(writer, ThisUpdate);
            if (NextUpdate is { } nextUpdate)
            {
                WriteTime(writer, nextUpdate);
            }

            WriteAll(writer, [.. SerialNumbers.Select(Entry)]);
            if (Extensions.Count > 0)
            {
                using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 0)))
                {
                    WriteAll(writer, Extensions);
                }
            }
        }

        return writer.Encode();
    }

    private byte[] Entry(byte[] serialNumber)
    {
        AsnWriter writer = new(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteInteger(serialNumber);
            writer.WriteUtcTime(ThisUpdate);
            if (EntryExtensions.Count > 0)
            {
                WriteAll(writer, EntryExtensions);
            }
        }

        return writer.Encode();
    }
}
