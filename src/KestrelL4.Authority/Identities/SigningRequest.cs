using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace KestrelL4.Authority.Identities;

/// <summary>The public key of a certificate signing request; whatever else the request asks for is not even read.</summary>
/// <param name="Key">The key, whose owner has signed the request with it.</param>
/// <param name="KeyHash">The SHA-256 of the key, hexadecimal.</param>
internal sealed record SigningRequest(PublicKey Key, string KeyHash)
{
    /// <summary>The longest request that is read. 16 KiB.</summary>
    public const int MaxBytes = 16 * 1024;

    private const string NoRequest =
        "the body is not a certificate signing request in PEM that is signed with its own key; make one with 'openssl req -new'";

    private const string KeyRule = "a key is ECDSA P-256, P-384 or P-521, or RSA of 2048 to 8192 bits";
    private const int LeastRsaBits = 2_048;
    private const int MostRsaBits = 8_192;

    private static readonly string[] Curves = ["1.2.840.10045.3.1.7", "1.3.132.0.34", "1.3.132.0.35"];

    /// <summary>Reads a request in PEM; false with the reason when it is none, not signed by its key, or its key is weak.</summary>
    public static bool TryRead(string pem, [NotNullWhen(true)] out SigningRequest? request, [NotNullWhen(false)] out string? refusal)
    {
        request = null;
        refusal = NoRequest;
        if (pem.Length > MaxBytes)
        {
            return false;
        }

        try
        {
            PublicKey key = CertificateRequest.LoadSigningRequestPem(pem, HashAlgorithmName.SHA256).PublicKey;
            if (!IsStrong(key))
            {
                refusal = $"the key of the request is not accepted: {KeyRule}";
                return false;
            }

            request = new SigningRequest(key, Convert.ToHexStringLower(SHA256.HashData(key.ExportSubjectPublicKeyInfo())));
            refusal = null;
            return true;
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException or NotSupportedException)
        {
            refusal = NoRequest;
            return false;
        }
    }

    private static bool IsStrong(PublicKey key)
    {
        using RSA? rsa = key.GetRSAPublicKey();
        using ECDsa? ecdsa = key.GetECDsaPublicKey();
        return rsa is { KeySize: >= LeastRsaBits and <= MostRsaBits }
            || (ecdsa?.ExportParameters(includePrivateParameters: false).Curve is { IsNamed: true } curve && Curves.Contains(curve.Oid.Value));
    }
}
