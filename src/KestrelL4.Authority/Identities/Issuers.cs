using System.Security.Cryptography.X509Certificates;
using KestrelL4.Authority.Pki;

namespace KestrelL4.Authority.Identities;

/// <summary>The root and the three issuers with their own roles: nodes, clients, snapshots. Each role is told by who signed.</summary>
internal sealed record Issuers : IDisposable
{
    /// <summary>Certifies the issuers and the authority's own server, so that no node can stand for the authority.</summary>
    public required CertificateAuthority Root { get; init; }

    /// <summary>Signs the certificates of nodes.</summary>
    public required CertificateAuthority Nodes { get; init; }

    /// <summary>Signs the certificates of clients.</summary>
    public required CertificateAuthority Clients { get; init; }

    /// <summary>Signs snapshots: a certificate with its key.</summary>
    public required X509Certificate2 Snapshots { get; init; }

    /// <summary>The issuers whose nodes are accepted: the one that signs, then those that it replaced.</summary>
    public required IReadOnlyList<X509Certificate2> AcceptedNodes { get; init; }

    /// <summary>The issuers whose clients are accepted: the one that signs, then those that it replaced.</summary>
    public required IReadOnlyList<X509Certificate2> AcceptedClients { get; init; }

    /// <inheritdoc/>
    public void Dispose()
    {
        Root.Dispose();
        Nodes.Dispose();
        Clients.Dispose();
        Snapshots.Dispose();
        foreach (X509Certificate2 certificate in AcceptedNodes.Concat(AcceptedClients))
        {
            certificate.Dispose();
        }
    }
}
