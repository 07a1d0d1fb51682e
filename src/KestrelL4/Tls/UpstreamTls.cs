using System.Collections.Concurrent;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace KestrelL4.Tls;

/// <summary>How TLS is spoken with upstreams: whom to trust, by which name, with which certificate of our own.</summary>
/// <remarks>
/// TLS 1.3, or 1.2 with older servers. Chain, dates, name and usage are always verified, on resumed sessions too, and nothing is
/// fetched from the network. Immutable: another one holds from the next dial.
/// </remarks>
public sealed class UpstreamTls
{
    private static readonly Oid ServerAuthentication = new("1.3.6.1.5.5.7.3.1");

    // Made once per name: made per connection they would cost a part of each handshake.
    private readonly ConcurrentDictionary<string, SslClientAuthenticationOptions> _options = new(StringComparer.OrdinalIgnoreCase);
    private readonly X509ChainPolicy _chainPolicy = new() { RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true };
    private readonly TimeProvider _time;

    /// <summary>Takes what handshakes need.</summary>
    /// <param name="serverName">The name that certificates must bear, a host name or an IP address; null = the host of the upstream's address.</param>
    /// <param name="trusted">
    /// The certificates that others must lead to: self-signed ones are anchors, the rest helps to reach them. Null = the system's trust.
    /// </param>
    /// <param name="identity">Our own certificate, for upstreams that ask for one; null = none.</param>
    /// <param name="time">The clock that tells expired from not yet valid; null = the system's.</param>
    public UpstreamTls(
        string? serverName = null, X509Certificate2Collection? trusted = null, NodeIdentity? identity = null, TimeProvider? time = null)
    {
        ServerName = serverName;
        Trusted = trusted;
        Identity = identity;
        _time = time ?? TimeProvider.System;
        _chainPolicy.ApplicationPolicy.Add(ServerAuthentication);
        if (trusted is null)
        {
            return;
        }

        _chainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        foreach (X509Certificate2 certificate in trusted)
        {
            bool isSelfSigned = certificate.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData);
            (isSelfSigned ? _chainPolicy.CustomTrustStore : _chainPolicy.ExtraStore).Add(certificate);
        }
    }

    /// <summary>The name that certificates must bear; null = the host of the upstream's address.</summary>
    public string? ServerName { get; }

    /// <summary>The certificates that others must lead to; null = the system's trust.</summary>
    public X509Certificate2Collection? Trusted { get; }

    /// <summary>Our own certificate; null = none.</summary>
    public NodeIdentity? Identity { get; }

    /// <summary>The options of handshakes with a host, for a <see cref="UpstreamTlsStream"/>.</summary>
    /// <param name="host">The host of the upstream's address; empty = it has none, so that no certificate fits without <see cref="ServerName"/>.</param>
    internal SslClientAuthenticationOptions OptionsFor(string host) => _options.GetOrAdd(ServerName ?? host, static (name, tls) => tls.Make(name), this);

    /// <summary>Whether another says the same.</summary>
    internal bool IsSameAs(UpstreamTls other) =>
        ServerName == other.ServerName
        && (Trusted is null ? other.Trusted is null : other.Trusted is not null && Trusted.SequenceEqual(other.Trusted))
        && (Identity is null ? other.Identity is null : other.Identity is not null && Identity.IsSameAs(other.Identity));

    private SslClientAuthenticationOptions Make(string name) => new()
    {
        TargetHost = name,
        EnabledSslProtocols = SslProtocols.Tls13 | SslProtocols.Tls12,
        ClientCertificateContext = Identity?.Context,
        CertificateChainPolicy = _chainPolicy,
        RemoteCertificateValidationCallback = (sender, certificate, chain, errors) =>
        {
            string? fault = UpstreamCertificateFault.Of(certificate as X509Certificate2, chain, errors, name, _time);
            ((UpstreamTlsStream)sender).CertificateFault = fault;
            return fault is null;
        },

        // In the middle of a stream that is read and written at once nobody can ask for another certificate.
        AllowRenegotiation = false,
    };
}
