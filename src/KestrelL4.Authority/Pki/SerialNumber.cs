using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace KestrelL4.Authority.Pki;

/// <summary>A certificate's serial number: a positive integer of at most 20 octets (RFC 5280 section 4.1.2.2).</summary>
internal sealed record SerialNumber
{
    /// <summary>What is allowed, as an operator reads it.</summary>
    public const string Rule = "a serial number is 1 to 40 hexadecimal digits, such as 5F3A01 or 5F:3A:01, and not zero";

    private const int MaxDigits = 40;
    private const int RandomOctets = 16;

    private SerialNumber(string text) => Text = text;

    /// <summary>Upper-case hexadecimal digits, whole octets, no leading zero octet: as <c>openssl x509 -serial</c> prints it.</summary>
    public string Text { get; }

    /// <summary>Draws a new one of 16 octets, unpredictable and never drawn twice.</summary>
    public static SerialNumber Random()
    {
        byte[] octets = RandomNumberGenerator.GetBytes(RandomOctets);

        // The first bit is the sign, and a set second one keeps the length: every serial number reads as 32 digits.
        octets[0] = (byte)((octets[0] & 0x7F) | 0x40);
        return new SerialNumber(Convert.ToHexString(octets));
    }

    /// <summary>The serial number of a certificate.</summary>
    /// <exception cref="FormatException">It is zero or longer than the standard allows.</exception>
    public static SerialNumber Of(X509Certificate2 certificate) =>
        TryParse(certificate.SerialNumber, out SerialNumber? found)
            ? found
            : throw new FormatException($"{certificate.SerialNumber}: {Rule}.");

    /// <summary>Reads one as openssl or .NET print it; case, colons, spaces, 0x and leading zeros do not matter.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out SerialNumber? serialNumber)
    {
        serialNumber = null;
        string digits = text.Trim();
        if (digits.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
        {
            digits = digits[2..];
        }

        digits = digits.Replace(":", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal).TrimStart('0');
        if (digits.Length is 0 or > MaxDigits || !digits.All(char.IsAsciiHexDigit))
        {
            return false;
        }

        serialNumber = new SerialNumber((digits.Length % 2 == 0 ? digits : "0" + digits).ToUpperInvariant());
        return true;
    }

    /// <summary>The octets of the DER integer: big-endian, with a leading zero where the first bit would read as a minus sign.</summary>
    public byte[] ToOctets()
    {
        byte[] octets = Convert.FromHexString(Text);
        return octets[0] < 0x80 ? octets : [0, .. octets];
    }

    /// <inheritdoc/>
    public override string ToString() => Text;
}
