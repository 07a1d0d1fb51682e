using KestrelL4.Registry;

namespace KestrelL4.Tls;

/// <summary>What a handshake learned of the client: which certificate it holds and until when.</summary>
/// <param name="Id">The client authority and the serial number.</param>
/// <param name="NotAfter">The last moment of the certificate's validity.</param>
public sealed record ClientCertificate(CertificateId Id, DateTimeOffset NotAfter);
