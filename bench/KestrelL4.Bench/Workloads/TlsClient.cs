using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using KestrelL4.Bench.Certificates;

namespace KestrelL4.Bench.Workloads;

/// <summary>Opens connections to a proxy: TLS 1.3, AES-256-GCM, client certificate, each with a full handshake.</summary>
internal sealed class TlsClient(BenchCertificates certificates)
{
    private readonly SslClientAuthenticationOptions _options = new()
    {
        TargetHost = "localhost",
        EnabledSslProtocols = SslProtocols.Tls13,
        ClientCertificateContext = SslStreamCertificateContext.Create(certificates.Client, additionalCertificates: null, offline: true),
        AllowTlsResume = false,
        CertificateChainPolicy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            CustomTrustStore = { certificates.Authority },
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        },
    };

    /// <summary>Connects to a loopback port and completes the handshake; disposing the stream closes the socket.</summary>
    public async Task<SslStream> ConnectAsync(int port, CancellationToken stopping)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        SslStream? stream = null;
        try
        {
            await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), stopping);
            stream = new SslStream(new NetworkStream(socket, ownsSocket: true), leaveInnerStreamOpen: false);
            await stream.AuthenticateAsClientAsync(_options, stopping);
        }
        catch
        {
            stream?.Dispose();
            socket.Dispose();
            throw;
        }

        // Another cipher would make the columns incomparable without anyone noticing.
        return stream.NegotiatedCipherSuite == TlsCipherSuite.TLS_AES_256_GCM_SHA384
            ? stream
            : throw new BenchmarkFailedException($"the proxy chose {stream.NegotiatedCipherSuite}");
    }
}
