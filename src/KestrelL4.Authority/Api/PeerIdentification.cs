using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using KestrelL4.Authority.Administration;
using KestrelL4.Authority.Identities;
using KestrelL4.Authority.Pki;
using KestrelL4.Protocol;

namespace KestrelL4.Authority.Api;

/// <summary>Tells who shows a certificate: chain to our root, by which issuer, for what, when; never asks the network.</summary>
/// <param name="issuers">Root and issuers.</param>
/// <param name="time">The authority's clock.</param>
internal sealed class PeerIdentification(Issuers issuers, TimeProvider time)
{
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";
    private const int NetworkBytes = 8;
    private const X509ChainStatusFlags Dates = X509ChainStatusFlags.NotTimeValid | X509ChainStatusFlags.NotTimeNested;

    /// <summary>The peer of a connection from an address.</summary>
    /// <param name="address">Where it comes from; null when the kernel does not tell.</param>
    /// <param name="certificate">The certificate that it showed, whose key it has; null when it showed none.</param>
    public Peer Identify(IPAddress? address, X509Certificate2? certificate)
    {
        string source = SourceOf(address);
        if (certificate is null)
        {
            return new Peer(Role.Anonymous, "", source);
        }

        // First of all, for of what we have not signed nothing else may be readable, not even the dates.
        Role role = RoleOf(certificate);
        if (role == Role.Stranger)
        {
            return new Peer(Role.Stranger, "", source)
            {
                Problem = Refusal.Forbidden(
                    RefusalReason.CertificateRefused, "the certificate shown is not of this authority, or not meant to show to it"),
            };
        }

        // One that begins later than now says that our own clock was set back: nobody else signs these. That is no fault of the peer's.
        DateTimeOffset notAfter = certificate.NotAfter.ToUniversalTime();
        Refusal? problem = Expired(notAfter, time.GetUtcNow());
        return new Peer(problem is null ? role : Role.Stranger, certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false), source)
        {
            NotAfter = notAfter,
            CertificateId = role == Role.Client && SerialNumber.TryParse(certificate.SerialNumber, out SerialNumber? serialNumber)
                ? CertificateName.IdOf(CertificateName.OwnAuthority, serialNumber)
                : null,
            Problem = problem,
        };
    }

    /// <summary>What counts as one source: an IPv4 address, or the first 64 bits of an IPv6 address.</summary>
    public static string SourceOf(IPAddress? address)
    {
        if (address is null)
        {
            return "unknown";
        }

        IPAddress plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        byte[] bytes = plain.GetAddressBytes();
        return bytes.Length > NetworkBytes ? new IPAddress([.. bytes[..NetworkBytes], .. new byte[NetworkBytes]]) + "/64" : plain.ToString();
    }

    private Role RoleOf(X509Certificate2 certificate)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
            CustomTrustStore = { issuers.Root.Certificate },
        };
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid(ClientAuthentication));
        chain.ChainPolicy.ExtraStore.AddRange((X509Certificate2[])[.. issuers.AcceptedNodes, .. issuers.AcceptedClients]);

        // Dates are judged by the authority's own clock.
        return !Certification.TryBuild(chain, certificate) ? Role.Stranger
            : chain.ChainStatus.Any(static status => (status.Status & ~Dates) != 0) || chain.ChainElements.Count != 3 ? Role.Stranger
            : Contains(issuers.AcceptedNodes, chain.ChainElements[1].Certificate) ? Role.Node
            : Contains(issuers.AcceptedClients, chain.ChainElements[1].Certificate) ? Role.Client
            : Role.Stranger;
    }

    /// <summary>Why a certificate no longer counts; null when it does.</summary>
    public static Refusal? Expired(DateTimeOffset notAfter, DateTimeOffset now) => now <= notAfter
        ? null
        : Refusal.Forbidden(RefusalReason.CertificateExpired, $"the certificate shown expired at {notAfter:u}; a node joins again with a new token");

    private static bool Contains(IEnumerable<X509Certificate2> certificates, X509Certificate2 wanted) =>
        certificates.Any(certificate => certificate.RawDataMemory.Span.SequenceEqual(wanted.RawDataMemory.Span));
}
