using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace KestrelL4.Protocol;

/// <summary>By what a node knows the authority's root before it has it: the SHA-256 of its public key (SubjectPublicKeyInfo).</summary>
internal sealed record CaPin
{
    private readonly byte[] _hash;

    private CaPin(byte[] hash) => _hash = hash;

    /// <summary>The pin of a root.</summary>
    public static CaPin Of(X509Certificate2 root) => new(SHA256.HashData(root.PublicKey.ExportSubjectPublicKeyInfo()));

    /// <summary>Reads 64 hexadecimal digits; case and colons do not matter.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out CaPin? pin)
    {
        string digits = text.Trim().Replace(":", "", StringComparison.Ordinal);
        pin = digits.Length == 2 * SHA256.HashSizeInBytes && digits.All(char.IsAsciiHexDigit)
            ? new CaPin(Convert.FromHexString(digits))
            : null;
        return pin is not null;
    }

    /// <summary>Whether both pin the same key.</summary>
    public bool Equals(CaPin? other) => other is not null && _hash.AsSpan().SequenceEqual(other._hash);

    /// <inheritdoc/>
    public override int GetHashCode() => BitConverter.ToInt32(_hash);

    /// <summary>64 hexadecimal digits in lower case, as <c>openssl dgst -sha256</c> prints them.</summary>
    public override string ToString() => Convert.ToHexStringLower(_hash);
}
