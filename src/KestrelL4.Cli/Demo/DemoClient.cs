using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace KestrelL4.Cli.Demo;

/// <summary>Somebody who connects to the node, with a certificate or without.</summary>
internal sealed class DemoClient : IDisposable
{
    private readonly IPEndPoint _node;
    private readonly X509Certificate2 _anchor;
    private readonly X509Certificate2? _certificate;

    /// <summary>A client of the node.</summary>
    /// <param name="node">Where the application listens.</param>
    /// <param name="files">Where the certificates are.</param>
    /// <param name="name">The name of its certificate; null = it has none.</param>
    public DemoClient(IPEndPoint node, DemoFiles files, string? name)
    {
        _node = node;
        _anchor = X509CertificateLoader.LoadCertificateFromFile(files.Root);
        _certificate = name is null ? null : X509Certificate2.CreateFromPemFile(files.CertificateOf(name), files.KeyOf(name));
    }

    /// <summary>Opens a connection and its TLS session.</summary>
    public async Task<DemoConnection> OpenAsync(CancellationToken cancellation)
    {
        Socket socket = new(_node.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(_node, cancellation);
            SslStream tls = new(new NetworkStream(socket, ownsSocket: true));
            await tls.AuthenticateAsClientAsync(Options(), cancellation);
            return new DemoConnection(tls);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Connects, sends a line and gives the answer; null = the connection was ended without a byte.</summary>
    public async Task<string?> AskOnceAsync(string line, CancellationToken cancellation)
    {
        try
        {
            await using DemoConnection connection = await OpenAsync(cancellation);
            return await connection.AskAsync(line, cancellation);
        }
        catch (Exception exception) when (exception is IOException or AuthenticationException)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _anchor.Dispose();
        _certificate?.Dispose();
    }

    private SslClientAuthenticationOptions Options()
    {
        X509ChainPolicy policy = new()
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        policy.CustomTrustStore.Add(_anchor);
        return new SslClientAuthenticationOptions
        {
            TargetHost = DemoNames.Host,
            CertificateChainPolicy = policy,
            ClientCertificateContext = _certificate is null
                ? null
                : SslStreamCertificateContext.Create(_certificate, additionalCertificates: null, offline: true),
        };
    }
}
