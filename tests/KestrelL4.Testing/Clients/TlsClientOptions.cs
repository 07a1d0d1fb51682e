using System.Net;
using System.Security.Authentication;

namespace KestrelL4.Testing.Clients;

/// <summary>How a <see cref="TlsClient"/> connects, where it matters.</summary>
public sealed record TlsClientOptions
{
    /// <summary>The protocol versions it offers. Default TLS 1.3.</summary>
    public SslProtocols Protocols { get; init; } = SslProtocols.Tls13;

    /// <summary>How long connecting and the handshake may take together. Default <see cref="Eventually.DefaultDeadline"/>.</summary>
    public TimeSpan Deadline { get; init; } = Eventually.DefaultDeadline;

    /// <summary>The address it comes from; default null = the system's choice.</summary>
    public IPAddress? From { get; init; }
}
