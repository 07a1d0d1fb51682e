using System.Formats.Asn1;
using System.Security.Cryptography;

namespace KestrelL4.Tls.RevocationLists;

/// <summary>How something was signed.</summary>
/// <param name="Hash">What was signed in its place.</param>
/// <param name="Padding">How RSA filled it up; null = ECDSA.</param>
internal sealed record SignatureAlgorithm(HashAlgorithmName Hash, RSASignaturePadding? Padding)
{
    /// <summary>Reads an AlgorithmIdentifier; gives why the algorithm is refused, or null.</summary>
    public static string? Read(ReadOnlyMemory<byte> encoded, out SignatureAlgorithm? algorithm)
    {
        AsnReader reader = new AsnReader(encoded, AsnEncodingRules.DER).ReadSequence();
        string id = reader.ReadObjectIdentifier();
        algorithm = id switch
        {
            "1.2.840.10045.4.3.2" => new SignatureAlgorithm(HashAlgorithmName.SHA256, Padding: null),
            "1.2.840.10045.4.3.3" => new SignatureAlgorithm(HashAlgorithmName.SHA384, Padding: null),
            "1.2.840.10045.4.3.4" => new SignatureAlgorithm(HashAlgorithmName.SHA512, Padding: null),
            "1.2.840.113549.1.1.11" => new SignatureAlgorithm(HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1),
            "1.2.840.113549.1.1.12" => new SignatureAlgorithm(HashAlgorithmName.SHA384, RSASignaturePadding.Pkcs1),
            "1.2.840.113549.1.1.13" => new SignatureAlgorithm(HashAlgorithmName.SHA512, RSASignaturePadding.Pkcs1),
            _ => null,
        };
        return algorithm is not null ? null
            : id == "1.2.840.113549.1.1.10" ? PssParameters.Read(reader, out algorithm)
            : Refusal(id);
    }

    private static string Refusal(string id) => id switch
    {
        "1.2.840.10045.4.1" or "1.2.840.113549.1.1.5" or "1.3.14.3.2.29" => "is signed with SHA-1, which others can forge",
        "1.2.840.113549.1.1.2" or "1.2.840.113549.1.1.4" => "is signed with MD2 or MD5, which others can forge",
        _ => $"is signed with an algorithm that is not supported ({id})",
    };
}
