using System.Net.Security;

namespace KestrelL4.Tls;

/// <summary>The TLS stream to one upstream; it remembers what was wrong with the upstream's certificate.</summary>
internal sealed class UpstreamTlsStream(Stream inner) : SslStream(inner)
{
    /// <summary>Why the upstream's certificate was not accepted, for people; null = it was, or has not come yet.</summary>
    public string? CertificateFault { get; set; }
}
