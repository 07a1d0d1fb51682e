using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using KestrelL4.Registry;

namespace KestrelL4.Tls;

/// <summary>Decides whether a client certificate is acceptable: chain to our anchors, issuer, dates, usage; never the network.</summary>
public sealed class ClientCertificateValidation
{
    private static readonly Oid ClientAuthentication = new("1.3.6.1.5.5.7.3.2");

    private readonly IReadOnlyList<ClientAuthority> _authorities;
    private readonly TimeProvider _time;

    /// <summary>Accepts certificates that one of the client authorities signed; what it learns of a client keeps no revocation list.</summary>
    public ClientCertificateValidation(IReadOnlyList<ClientAuthority> authorities, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(authorities);
        ArgumentNullException.ThrowIfNull(time);
        _authorities = [.. authorities.Select(static authority => authority.WithoutList())];
        _time = time;
        ChainPolicy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        ChainPolicy.ApplicationPolicy.Add(ClientAuthentication);
        foreach (ClientAuthority authority in authorities)
        {
            ChainPolicy.CustomTrustStore.Add(authority.Chain[^1]);
            for (int i = 0; i < authority.Chain.Count - 1; i++)
            {
                ChainPolicy.ExtraStore.Add(authority.Chain[i]);
            }
        }
    }

    /// <summary>The policy for <see cref="SslServerAuthenticationOptions.CertificateChainPolicy"/>: our anchors, and nothing fetched.</summary>
    public X509ChainPolicy ChainPolicy { get; }

    /// <summary>Judges what the handshake found.</summary>
    /// <param name="certificate">The certificate that the client showed, or null.</param>
    /// <param name="chain">The chain built for it with <see cref="ChainPolicy"/>, or null.</param>
    /// <param name="accepted">What was learned of the client, when the answer is null.</param>
    /// <returns>Why the certificate is refused, or null when it is accepted.</returns>
    public HandshakeFailure? Judge(X509Certificate2? certificate, X509Chain? chain, out ClientCertificate? accepted)
    {
        accepted = null;
        if (certificate is null || chain is null)
        {
            return HandshakeFailure.NoCertificate;
        }

        if (FirstFault(chain) is { } fault)
        {
            return fault;
        }

        if (chain.ChainElements.Count < 2 || AuthorityOf(chain.ChainElements[1].Certificate) is not { } authority)
        {
            return HandshakeFailure.UnknownIssuer;
        }

        // A serial number of more digits than any CA may issue cannot be registered, so nobody is known by it.
        if (!CertificateId.TryCreate(authority.Name, certificate.SerialNumber, out CertificateId id))
        {
            return HandshakeFailure.Protocol;
        }

        accepted = new ClientCertificate(authority, id, new DateTimeOffset(certificate.NotAfter.ToUniversalTime()));
        return null;
    }

    private ClientAuthority? AuthorityOf(X509Certificate2 issuer)
    {
        foreach (ClientAuthority authority in _authorities)
        {
            if (authority.Is(issuer))
            {
                return authority;
            }
        }

        return null;
    }

    // The gravest fault is told: a date matters only where the signature holds.
    private HandshakeFailure? FirstFault(X509Chain chain)
    {
        X509ChainStatusFlags faults = X509ChainStatusFlags.NoError;
        foreach (X509ChainStatus status in chain.ChainStatus)
        {
            faults |= status.Status;
        }

        const X509ChainStatusFlags Dates = X509ChainStatusFlags.NotTimeValid | X509ChainStatusFlags.NotTimeNested;
        const X509ChainStatusFlags Usage = X509ChainStatusFlags.NotValidForUsage;
        return faults switch
        {
            X509ChainStatusFlags.NoError => null,
            _ when (faults & ~(Dates | Usage)) != 0 => HandshakeFailure.Untrusted,
            _ when (faults & Dates) != 0 => StartsLater(chain) ? HandshakeFailure.NotYetValid : HandshakeFailure.Expired,
            _ => HandshakeFailure.WrongUsage,
        };
    }

    private bool StartsLater(X509Chain chain)
    {
        DateTime now = _time.GetUtcNow().UtcDateTime;
        foreach (X509ChainElement element in chain.ChainElements)
        {
            if (element.Certificate.NotBefore.ToUniversalTime() > now)
            {
                return true;
            }
        }

        return false;
    }
}
