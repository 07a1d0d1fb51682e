using System.Security.Cryptography.X509Certificates;

namespace KestrelL4;

/// <summary>What a TLS session with a client agreed on, in the words of OpenSSL.</summary>
/// <param name="Version">The version, such as <c>TLSv1.3</c>.</param>
/// <param name="Cipher">The cipher suite, such as <c>TLS_AES_256_GCM_SHA384</c>.</param>
/// <param name="Certificate">The client's certificate, which was verified; null = it showed none.</param>
internal sealed record TlsSession(string Version, string Cipher, X509Certificate2? Certificate);
