using System.Security.Cryptography.X509Certificates;

namespace KestrelL4.Testing.Certificates;

/// <summary>What a test certificate says about its holder.</summary>
/// <param name="CommonName">The common name.</param>
public sealed record TestSubject(string CommonName)
{
    /// <summary>The serial number, big-endian; default: random.</summary>
    public byte[]? SerialNumber { get; init; }

    /// <summary>Where its validity begins; default an hour ago.</summary>
    public DateTimeOffset? NotBefore { get; init; }

    /// <summary>Where its validity ends; default in a day.</summary>
    public DateTimeOffset? NotAfter { get; init; }

    /// <summary>Its extended key usage; default client authentication.</summary>
    public KeyUsage Usage { get; init; } = KeyUsage.Client;

    /// <summary>Host names and IP addresses in the subject's alternative name; default none.</summary>
    public IReadOnlyList<string> Hosts { get; init; } = [];

    /// <summary>An address where the issuer's certificate is said to be; default none.</summary>
    public Uri? IssuerUrl { get; init; }

    /// <summary>An address where the issuer's revocation list is said to be; default none.</summary>
    public Uri? RevocationListUrl { get; init; }

    /// <summary>An extension as it is, garbled perhaps; default none.</summary>
    public X509Extension? Extension { get; init; }

    /// <summary>A server's subject: usage server authentication, valid for the loopback addresses and names.</summary>
    public static TestSubject Server(string commonName = "localhost")
        => new(commonName) { Usage = KeyUsage.Server, Hosts = ["localhost", "127.0.0.1", "::1"] };
}
