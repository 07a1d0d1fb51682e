using System.Diagnostics.CodeAnalysis;

namespace KestrelL4.Registry;

/// <summary>Which certificate a client showed: its client authority and its serial number.</summary>
/// <remarks>
/// Serial numbers are unique only per issuer (RFC 5280 section 4.1.2.2), so neither half identifies a certificate alone.
/// Authority names are compared without case; the serial number is kept normalised.
/// </remarks>
public readonly struct CertificateId : IEquatable<CertificateId>
{
    // RFC 5280 allows 20 octets; longer ones exist and are harmless, but a bound keeps look-ups of hostile certificates cheap.
    private const int MaxDigits = 128;

    private CertificateId(string authority, string serialNumber)
    {
        Authority = authority;
        SerialNumber = serialNumber;
    }

    /// <summary>The name of the client authority.</summary>
    public string Authority { get; }

    /// <summary>The serial number as upper-case hexadecimal digits without leading zeros; "0" for zero.</summary>
    public string SerialNumber { get; }

    /// <summary>Makes an id from an authority's name and a serial number as openssl or .NET print it.</summary>
    /// <exception cref="FormatException">The serial number is not 1 to 128 hexadecimal digits.</exception>
    public static CertificateId Create(string authority, string serialNumber) =>
        TryCreate(authority, serialNumber, out CertificateId id)
            ? id
            : throw new FormatException($"'{serialNumber}' is not a serial number of 1 to {MaxDigits} hexadecimal digits.");

    /// <summary>Makes an id from an authority's name and a serial number; case, colons, spaces, 0x and leading zeros do not matter.</summary>
    public static bool TryCreate(string authority, [NotNullWhen(true)] string? serialNumber, out CertificateId id)
    {
        ArgumentException.ThrowIfNullOrEmpty(authority);
        id = default;
        ReadOnlySpan<char> text = serialNumber.AsSpan().Trim();
        if (text.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
        {
            text = text[2..];
        }

        Span<char> digits = stackalloc char[MaxDigits];
        int length = 0;
        bool any = false;
        foreach (char character in text)
        {
            if (character is ':' or ' ')
            {
                continue;
            }

            if (!char.IsAsciiHexDigit(character))
            {
                return false;
            }

            any = true;
            if (length == 0 && character == '0')
            {
                continue;
            }

            if (length == MaxDigits)
            {
                return false;
            }

            digits[length++] = char.ToUpperInvariant(character);
        }

        if (!any)
        {
            return false;
        }

        id = new CertificateId(authority, length == 0 ? "0" : new string(digits[..length]));
        return true;
    }

    /// <inheritdoc/>
    public bool Equals(CertificateId other) =>
        string.Equals(SerialNumber, other.SerialNumber, StringComparison.Ordinal)
        && string.Equals(Authority, other.Authority, StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is CertificateId other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => SerialNumber is null ? 0 : SerialNumber.GetHashCode(StringComparison.Ordinal);

    /// <summary>The form that configuration uses: <c>main:5F3A01</c>.</summary>
    public override string ToString() => $"{Authority}:{SerialNumber}";

    /// <summary>Whether both name the same certificate.</summary>
    public static bool operator ==(CertificateId left, CertificateId right) => left.Equals(right);

    /// <summary>Whether they name different certificates.</summary>
    public static bool operator !=(CertificateId left, CertificateId right) => !left.Equals(right);
}
