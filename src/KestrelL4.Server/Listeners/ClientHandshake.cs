using System.Net.Security;
using System.Runtime.CompilerServices;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using KestrelL4.Tls;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace KestrelL4.Server.Listeners;

/// <summary>How a listener's handshakes go: TLS 1.3, our identity, a required client certificate that we judge ourselves.</summary>
/// <remarks>
/// One set of options serves every handshake: made per connection they cost a tenth of a handshake. So the judgement finds
/// its connection by the stream.
/// </remarks>
internal sealed class ClientHandshake
{
    private readonly ConditionalWeakTable<SslStream, ProxiedConnection> _connections = [];
    private readonly ClientCertificateValidation _validation;
    private readonly SslServerAuthenticationOptions _tls;

    /// <summary>Takes the node's identity, the judge of client certificates and the most time a handshake may take.</summary>
    public ClientHandshake(NodeIdentity identity, ClientCertificateValidation validation, TimeSpan timeout)
    {
        _validation = validation;
        _tls = new SslServerAuthenticationOptions
        {
            EnabledSslProtocols = SslProtocols.Tls13,
            ServerCertificateContext = identity.Context,
            ClientCertificateRequired = true,
            CertificateChainPolicy = validation.ChainPolicy,
            RemoteCertificateValidationCallback = Judge,
            // Empty, for without it Kestrel offers HTTP and refuses a client that asks for another protocol.
            ApplicationProtocols = [],
        };
        Timeout = TimerBounds.Bound(timeout);
        Options = new TlsHandshakeCallbackOptions { HandshakeTimeout = Timeout, OnConnection = Begin };
    }

    /// <summary>The most time a handshake may take.</summary>
    public TimeSpan Timeout { get; }

    /// <summary>The options for Kestrel's <c>UseHttps</c>.</summary>
    public TlsHandshakeCallbackOptions Options { get; }

    private ValueTask<SslServerAuthenticationOptions> Begin(TlsHandshakeCallbackContext context)
    {
        _connections.Add(context.SslStream, context.Connection.Features.GetRequiredFeature<ProxiedConnection>());
        return ValueTask.FromResult(_tls);
    }

    private bool Judge(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        SslStream stream = (SslStream)sender;
        if (!_connections.TryGetValue(stream, out ProxiedConnection? connection))
        {
            return false;
        }

        _connections.Remove(stream);
        connection.HandshakeFailure = _validation.Judge(certificate as X509Certificate2, chain, out ClientCertificate? accepted);
        connection.Certificate = accepted;
        return accepted is not null;
    }
}
