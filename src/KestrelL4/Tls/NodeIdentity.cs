using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace KestrelL4.Tls;

/// <summary>The node's own certificate with its key and chain, ready for handshakes.</summary>
public sealed class NodeIdentity
{
    /// <summary>Prepares a certificate for handshakes; nothing is fetched to complete its chain.</summary>
    /// <param name="certificate">The certificate with its private key.</param>
    /// <param name="chain">The certificates that clients need to reach their anchor; may be empty.</param>
    public NodeIdentity(X509Certificate2 certificate, X509Certificate2Collection chain)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        NotAfter = new DateTimeOffset(certificate.NotAfter.ToUniversalTime());
        Context = SslStreamCertificateContext.Create(certificate, chain, offline: true);
    }

    /// <summary>What the handshake presents; built once, for building it costs as much as a handshake.</summary>
    public SslStreamCertificateContext Context { get; }

    /// <summary>The last moment of the certificate's validity.</summary>
    public DateTimeOffset NotAfter { get; }

    /// <summary>Whether another presents the same certificates in a handshake.</summary>
    internal bool IsSameAs(NodeIdentity other) =>
        Context.TargetCertificate.Equals(other.Context.TargetCertificate)
        && Context.IntermediateCertificates.SequenceEqual(other.Context.IntermediateCertificates);
}
