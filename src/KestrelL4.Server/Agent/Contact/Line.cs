using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using KestrelL4.Forwarding;

namespace KestrelL4.Server.Agent.Contact;

/// <summary>HTTP over TLS 1.3 to the authority by one pathway, with its pool of connections; nothing of the environment has a say in it.</summary>
internal sealed class Line : IDisposable
{
    /// <summary>How long one attempt at one address may take, until its answer begins: 5 s.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    // So that the authority's address and certificate are looked at anew from time to time, however well the old connection does.
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);

    private readonly HttpMessageInvoker _http;

    /// <summary>Prepares a line; nobody is asked before the first request.</summary>
    /// <param name="way">What leads to the authority; its address may be another with each request.</param>
    /// <param name="judge">Judges the certificate of who answers; it may throw a <see cref="ContactException"/>.</param>
    /// <param name="identity">The certificate that is shown; null = none.</param>
    /// <param name="time">The clock of dials.</param>
    public Line(Way way, RemoteCertificateValidationCallback judge, X509Certificate2? identity, TimeProvider time)
    {
        var dialer = new Dialer(NameResolution.Shared, time);
        var proxy = Detour.ProxyOf(way);
        _http = new HttpMessageInvoker(new SocketsHttpHandler
        {
            ActivityHeadersPropagator = null,
            AllowAutoRedirect = false,
            ConnectCallback = (context, cancellation) => ConnectAsync(way, dialer, context, cancellation),
            ConnectTimeout = Timeout,
            Credentials = null,

            // What is left unread belongs to a connection that is given up.
            MaxResponseDrainSize = 0,
            PlaintextStreamFilter = static (context, _) =>
            {
                AttemptStage.Of(context.InitialRequestMessage)?.Pass(Stage.Asking);
                return ValueTask.FromResult(context.PlaintextStream);
            },
            PooledConnectionLifetime = Lifetime,
            Proxy = proxy,
            SslOptions = Tls(judge, identity),
            UseCookies = false,
            UseProxy = proxy is not null,
        });
    }

    /// <summary>Sends a request; gives the answer when its headers are there.</summary>
    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellation) => _http.SendAsync(request, cancellation);

    /// <summary>Closes idle connections at once, and others when they have done their work.</summary>
    public void Dispose() => _http.Dispose();

    private static async ValueTask<Stream> ConnectAsync(Way way, Dialer dialer, SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        AttemptStage? stage = AttemptStage.Of(context.InitialRequestMessage);
        stage?.Pass(Stage.Dialling);
        if (way.Via is { Scheme: Detour.Ssh })
        {
            return SshTunnel.Open(way, context.DnsEndPoint);
        }

        Stream stream;
        try
        {
            stream = await dialer.ConnectAsync(context.DnsEndPoint, cancellation).ConfigureAwait(false);
        }
        catch (ContactException exception) when (way.Via is not null)
        {
            throw new ContactException(exception.Fault, $"is not reached: the proxy {exception.Message}");
        }

        stage?.Pass(Stage.ShakingHands);
        return stream;
    }

    private static SslClientAuthenticationOptions Tls(RemoteCertificateValidationCallback judge, X509Certificate2? identity) => new()
    {
        // A resumed session would speak for the certificate that was shown when it began.
        AllowTlsResume = false,
        CertificateChainPolicy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        },
        ClientCertificateContext = identity is null ? null : SslStreamCertificateContext.Create(identity, additionalCertificates: null, offline: true),
        EnabledSslProtocols = SslProtocols.Tls13,
        RemoteCertificateValidationCallback = judge,
    };
}
