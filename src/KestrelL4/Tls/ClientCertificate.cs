using KestrelL4.Registry;

namespace KestrelL4.Tls;

/// <summary>What a handshake learned of the client: which certificate it holds, who issued it and until when.</summary>
/// <param name="Authority">The client authority that issued it.</param>
/// <param name="Id">The client authority's name and the serial number.</param>
/// <param name="NotAfter">The last moment of the certificate's validity.</param>
public sealed record ClientCertificate(ClientAuthority Authority, CertificateId Id, DateTimeOffset NotAfter);
