using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

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
    /// <param name="way">What leads to the authority, and whither.</param>
    /// <param name="judge">Judges the certificate of who answers; it may throw a <see cref="ContactException"/>.</param>
    /// <param name="identity">The certificate that is shown; null = none.</param>
    /// <param name="time">The clock of dials.</param>
    public Line(Way way, RemoteCertificateValidationCallback judge, X509Certificate2? identity, TimeProvider time)
    {
        var dialer = new Dialer(time);
        _http = new HttpMessageInvoker(new SocketsHttpHandler
        {
            ActivityHeadersPropagator = null,
            AllowAutoRedirect = false,
            ConnectCallback = async (context, cancellation) =>
            {
                AttemptStage.Of(context.InitialRequestMessage)?.Pass(Stage.Dialling);
                Stream stream = await dialer.ConnectAsync(context.DnsEndPoint, cancellation).ConfigureAwait(false);
                AttemptStage.Of(context.InitialRequestMessage)?.Pass(Stage.ShakingHands);
                return stream;
            },
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
            SslOptions = Tls(judge, identity),
            UseCookies = false,
            UseProxy = false,
        });
    }

    /// <summary>Sends a request; gives the answer when its headers are there.</summary>
    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellation) => _http.SendAsync(request, cancellation);

    /// <summary>Closes idle connections at once, and others when they have done their work.</summary>
    public void Dispose() => _http.Dispose();

    private static SslClientAuthenticationOptions Tls(RemoteCertificateValidationCallback judge, X509Certificate2? identity) => new()
    {
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
