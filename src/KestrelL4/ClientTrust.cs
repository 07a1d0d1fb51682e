using KestrelL4.Registry;
using KestrelL4.Tls;

namespace KestrelL4;

/// <summary>Whom the node trusts at one moment: the client authorities with their revocation lists, and the registry. Immutable.</summary>
/// <param name="Authorities">The issuers of client certificates, by distinct names.</param>
/// <param name="Registry">The clients and their grants.</param>
public sealed record ClientTrust(IReadOnlyList<ClientAuthority> Authorities, RegistrySnapshot Registry)
{
    /// <summary>How old the registry is; null = it is as new as its source, which cannot be away.</summary>
    public RegistryAge? Age { get; init; }

    /// <summary>The client authority in force that issued a certificate; null when it was taken away, or replaced by another CA.</summary>
    internal ClientAuthority? AuthorityOf(ClientCertificate certificate)
    {
        foreach (ClientAuthority authority in Authorities)
        {
            if (ReferenceEquals(authority, certificate.Authority) || authority.IsSameAs(certificate.Authority))
            {
                return authority;
            }
        }

        return null;
    }
}
