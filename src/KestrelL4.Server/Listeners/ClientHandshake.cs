using System.Net.Security;
using System.Runtime.CompilerServices;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using KestrelL4.OpenSsl;
using KestrelL4.Tls;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace KestrelL4.Server.Listeners;

/// <summary>How handshakes go: TLS 1.3, our identity, a required client certificate that we judge ourselves.</summary>
/// <remarks>Ports are closed until there is an identity.</remarks>
internal sealed class ClientHandshake
{
    private TlsInForce? _inForce;

    /// <summary>Puts another identity and judge in force for the handshakes that begin from now on; those under way end as they began.</summary>
    public void Use(NodeIdentity identity, ClientCertificateValidation validation) =>
        Volatile.Write(ref _inForce, new TlsInForce(identity, validation));

    /// <summary>The options for Kestrel's <c>UseHttps</c>, with the most time a handshake may take.</summary>
    public TlsHandshakeCallbackOptions Options(TimeSpan timeout) =>
        new() { HandshakeTimeout = TimerBounds.Bound(timeout), OnConnection = Begin };

    private ValueTask<SslServerAuthenticationOptions> Begin(TlsHandshakeCallbackContext context)
    {
        SslServerAuthenticationOptions options = InForce().Begin(context.SslStream, context.Connection.Features.GetRequiredFeature<ProxiedConnection>());

        // With the options at hand the stream makes its session at once, on this thread.
        context.Connection.Features.Get<ITlsHandover>()?.Capture.Expect();
        return ValueTask.FromResult(options);
    }

    // An identity may expire or be replaced, but it never goes.
    private TlsInForce InForce() =>
        Volatile.Read(ref _inForce) ?? throw new InvalidOperationException("A port is open although there has never been an identity.");

    /// <summary>An identity and a judge, and the handshakes that began with them.</summary>
    /// <remarks>
    /// One set of options serves every handshake: made per connection they cost a tenth of a handshake. So the judgement finds
    /// its connection by the stream.
    /// </remarks>
    private sealed class TlsInForce
    {
        private readonly ConditionalWeakTable<SslStream, ProxiedConnection> _connections = [];
        private readonly ClientCertificateValidation _validation;
        private readonly SslServerAuthenticationOptions _options;

        public TlsInForce(NodeIdentity identity, ClientCertificateValidation validation)
        {
            _validation = validation;
            _options = new SslServerAuthenticationOptions
            {
                EnabledSslProtocols = SslProtocols.Tls13,
                ServerCertificateContext = identity.Context,
                ClientCertificateRequired = true,
                CertificateChainPolicy = validation.ChainPolicy,
                RemoteCertificateValidationCallback = Judge,
                // Empty, for without it Kestrel offers HTTP and refuses a client that asks for another protocol.
                ApplicationProtocols = [],
            };
        }

        public SslServerAuthenticationOptions Begin(SslStream stream, ProxiedConnection connection)
        {
            _connections.Add(stream, connection);
            return _options;
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
}
