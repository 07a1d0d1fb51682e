using System.Formats.Asn1;
using System.Security.Cryptography;

namespace KestrelL4.Tls.RevocationLists;

/// <summary>The parameters of an RSA-PSS signature (RFC 4055 section 3.1).</summary>
internal static class PssParameters
{
    private const string MaskGeneration = "1.2.840.113549.1.1.8";

    private const string Unsupported =
        "is signed with RSA-PSS in an unusual way: SHA-256, SHA-384 or SHA-512 twice, with a salt of that length, is supported";

    private static readonly Dictionary<string, (HashAlgorithmName Name, int Length)> Hashes = new()
    {
        ["2.16.840.1.101.3.4.2.1"] = (HashAlgorithmName.SHA256, SHA256.HashSizeInBytes),
        ["2.16.840.1.101.3.4.2.2"] = (HashAlgorithmName.SHA384, SHA384.HashSizeInBytes),
        ["2.16.840.1.101.3.4.2.3"] = (HashAlgorithmName.SHA512, SHA512.HashSizeInBytes),
    };

    /// <summary>Reads the parameters behind the algorithm's identifier; gives why they are refused, or null.</summary>
    /// <remarks>What is left out means SHA-1 and a salt of 20 bytes, so every field must be there but the trailer.</remarks>
    public static string? Read(AsnReader identifier, out SignatureAlgorithm? algorithm)
    {
        algorithm = null;
        if (!identifier.HasData)
        {
            return Unsupported;
        }

        AsnReader fields = identifier.ReadSequence();
        string? hash = Field(fields, 0)?.ReadSequence().ReadObjectIdentifier();
        AsnReader? mask = Field(fields, 1)?.ReadSequence();
        bool isKnownMask = mask?.ReadObjectIdentifier() == MaskGeneration;
        string? maskHash = isKnownMask ? mask!.ReadSequence().ReadObjectIdentifier() : null;
        if (Field(fields, 2) is not { } salt
            || hash is null
            || hash != maskHash
            || !Hashes.TryGetValue(hash, out (HashAlgorithmName Name, int Length) known)
            || salt.ReadInteger() != known.Length
            || fields.HasData)
        {
            return Unsupported;
        }

        algorithm = new SignatureAlgorithm(known.Name, RSASignaturePadding.Pss);
        return null;
    }

    private static AsnReader? Field(AsnReader fields, int number)
    {
        Asn1Tag tag = new(TagClass.ContextSpecific, number, isConstructed: true);
        return fields.HasData && fields.PeekTag() == tag ? fields.ReadSequence(tag) : null;
    }
}
