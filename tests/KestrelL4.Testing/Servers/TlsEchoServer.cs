using System.Collections.Concurrent;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using KestrelL4.Testing.Certificates;

namespace KestrelL4.Testing.Servers;

/// <summary>Speaks TLS and sends back what it receives until the peer's end, then says goodbye: an upstream behind TLS.</summary>
public sealed class TlsEchoServer : LoopbackServer
{
    private readonly ConcurrentQueue<string?> _peers = new();
    private readonly ConcurrentQueue<string> _names = new();
    private readonly TestAuthority? _clients;

    /// <summary>Starts it.</summary>
    /// <param name="certificate">What it presents.</param>
    /// <param name="clients">Who signs the client certificates it wants; null = it wants none.</param>
    /// <param name="protocols">The versions it speaks.</param>
    public TlsEchoServer(
        TestCertificate certificate, TestAuthority? clients = null, SslProtocols protocols = SslProtocols.Tls12 | SslProtocols.Tls13)
    {
        Certificate = certificate;
        Protocols = protocols;
        _clients = clients;
        Start();
    }

    /// <summary>What it presents; another one holds from the next handshake.</summary>
    public TestCertificate Certificate { get; set; }

    /// <summary>The versions it speaks.</summary>
    public SslProtocols Protocols { get; }

    /// <summary>The serial number of the certificate that each client showed, or null, in the order of their handshakes.</summary>
    public IReadOnlyList<string?> Peers => [.. _peers];

    /// <summary>The server name that each client asked for, in the order of their handshakes.</summary>
    public IReadOnlyList<string> Names => [.. _names];

    /// <inheritdoc/>
    protected override async Task ServeAsync(Socket connection, CancellationToken cancellationToken)
    {
        await using SslStream stream = new(new NetworkStream(connection));
        try
        {
            await stream.AuthenticateAsServerAsync(Options(), cancellationToken);
        }
        catch (AuthenticationException)
        {
            return;
        }

        _peers.Enqueue((stream.RemoteCertificate as X509Certificate2)?.SerialNumber);
        _names.Enqueue(stream.TargetHostName);
        byte[] buffer = new byte[64 * 1024];
        int count;
        while ((count = await stream.ReadAsync(buffer, cancellationToken)) > 0)
        {
            await stream.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
        }

        await stream.ShutdownAsync();
    }

    private SslServerAuthenticationOptions Options() => new()
    {
        ServerCertificateContext = Certificate.ToContext(),
        EnabledSslProtocols = Protocols,
        ClientCertificateRequired = _clients is not null,
        RemoteCertificateValidationCallback = (_, shown, _, _) => IsWelcome(shown as X509Certificate2),
        CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
    };

    private bool IsWelcome(X509Certificate2? shown)
    {
        if (_clients is null)
        {
            return true;
        }

        using X509Chain chain = new();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(_clients.Chain().ToArray());
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        return shown is not null && chain.Build(shown);
    }
}
