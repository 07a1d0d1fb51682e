using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using KestrelL4.Authority.Administration;
using KestrelL4.Authority.Api;
using KestrelL4.Authority.Identities;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace KestrelL4.Authority;

/// <summary>The two ways in: HTTPS for nodes, the unix socket for administrators; both tell who comes before HTTP begins.</summary>
/// <param name="identity">The authority's own certificate.</param>
/// <param name="peers">Tells who shows a certificate.</param>
/// <param name="places">Bounds the connections of one source.</param>
internal sealed class AuthorityServer(ServerIdentity identity, PeerIdentification peers, SourcePlaces places)
{
    private const int MostConnections = 10_000;
    private const int MaxBodyBytes = 256 * 1024;
    private const int MaxCertificateBytes = 16 * 1024;

    private static readonly TimeSpan HandshakeTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Sets limits and both ways in.</summary>
    public void Apply(KestrelServerOptions options, IReadOnlyList<IPEndPoint> listen, string adminSocket)
    {
        options.AddServerHeader = false;
        options.Limits.MaxConcurrentConnections = MostConnections;
        options.Limits.MaxRequestBodySize = MaxBodyBytes;
        options.Limits.MaxRequestLineSize = 8 * 1024;
        options.Limits.MaxRequestHeadersTotalSize = 16 * 1024;
        options.Limits.MaxRequestHeaderCount = 50;
        options.Limits.RequestHeadersTimeout = HandshakeTimeout;
        options.ConfigureEndpointDefaults(static endpoint => endpoint.Protocols = HttpProtocols.Http1);
        foreach (IPEndPoint endPoint in listen)
        {
            options.Listen(endPoint, ServeNodes);
        }

        options.ListenUnixSocket(adminSocket, ServeAdministrators);
    }

    private void ServeNodes(ListenOptions listen)
    {
        listen.Use(next => connection => PassAsync(connection, next));
        listen.UseHttps(new TlsHandshakeCallbackOptions { HandshakeTimeout = HandshakeTimeout, OnConnection = _ => ValueTask.FromResult(Handshake()) });
        listen.Use(next => connection =>
        {
            X509Certificate2? certificate = connection.Features.Get<ITlsConnectionFeature>()?.ClientCertificate;
            connection.Features.Set(peers.Identify((connection.RemoteEndPoint as IPEndPoint)?.Address, certificate));
            return next(connection);
        });
    }

    private async Task PassAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        try
        {
            await places.PassAsync(connection, next).ConfigureAwait(false);
        }
        catch (CryptographicException)
        {
            // Kestrel lets only this one of the handshake through: the peer's certificate is so garbled that no chain can be built for it.
            connection.Abort();
        }
    }

    // Any certificate of a sane length passes the handshake, and none: who may do what is judged by route, where a refusal can say why.
    private SslServerAuthenticationOptions Handshake() => new()
    {
        EnabledSslProtocols = SslProtocols.Tls13,
        ServerCertificateContext = identity.Current(),
        ClientCertificateRequired = true,
        CertificateChainPolicy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        },
        RemoteCertificateValidationCallback = static (_, certificate, _, _) =>
            certificate is null || certificate.GetRawCertData().Length <= MaxCertificateBytes,
        ApplicationProtocols = [],
    };

    private static void ServeAdministrators(ListenOptions listen) => listen.Use(next => connection =>
    {
        connection.Features.Set(SocketPeer.Of(connection.Features.GetRequiredFeature<IConnectionSocketFeature>().Socket));
        return next(connection);
    });
}
