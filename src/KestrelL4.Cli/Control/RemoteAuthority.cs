using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using KestrelL4.Protocol;

namespace KestrelL4.Cli.Control;

/// <summary>An authority on another machine, asked over TLS with an administrator's certificate.</summary>
/// <param name="Server">Where it is.</param>
/// <param name="Certificate">The path of the administrator's certificate.</param>
/// <param name="Key">The path of its key.</param>
/// <param name="Ca">The path of the authority's root; null when it is known by its pin.</param>
/// <param name="Pin">The pin of the authority's root; null when it is known by its file.</param>
internal sealed record RemoteAuthority(AuthorityServerAddress Server, string Certificate, string Key, string? Ca, CaPin? Pin)
{
    private const UnixFileMode OfEverybody = UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    /// <summary>Reads the files, and finds the root by its pin where there is no file of it.</summary>
    /// <exception cref="IOException">A file cannot be read, or is none of what it should be.</exception>
    /// <exception cref="AuthorityUnreachableException">The root cannot be fetched, or is another.</exception>
    public async Task<AuthorityConnection> OpenAsync(CancellationToken cancellation)
    {
        X509Certificate2 own = ReadOwn();
        X509Certificate2 root = Ca is null ? await FetchRootAsync(cancellation) : ReadRoot(Ca);
        SocketsHttpHandler handler = NewHandler();
        handler.SslOptions.ClientCertificateContext = SslStreamCertificateContext.Create(own, additionalCertificates: null, offline: true);
        handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
            CustomTrustStore = { root },
        };

        // Certified by the root itself: what an issuer certifies, such as a node, must not stand for the authority.
        handler.SslOptions.RemoteCertificateValidationCallback = static (_, _, chain, errors) =>
            errors == SslPolicyErrors.None && chain is { ChainElements.Count: 2 };
        return Connect(handler);
    }

    // Whoever answers is not known yet: the root that it gives is believed for its pin alone.
    private async Task<X509Certificate2> FetchRootAsync(CancellationToken cancellation)
    {
        SocketsHttpHandler handler = NewHandler();
        handler.SslOptions.RemoteCertificateValidationCallback = static (_, certificate, _, _) => certificate is not null;
        using AuthorityConnection anybody = Connect(handler);
        string pem = await anybody.GetTextAsync(AuthorityRoutes.Ca, cancellation);
        try
        {
            var root = X509Certificate2.CreateFromPem(pem);
            return CaPin.Of(root) == Pin
                ? root
                : throw new AuthorityUnreachableException($"{Server} is an authority whose root has another pin, {CaPin.Of(root)}; compare it with 'authority pin'");
        }
        catch (CryptographicException)
        {
            throw new AuthorityUnreachableException($"{Server} gives no root at {AuthorityRoutes.Ca}; is it an authority?");
        }
    }

    private AuthorityConnection Connect(SocketsHttpHandler handler) =>
        new(new HttpClient(handler) { BaseAddress = Server.Uri }, Server.ToString(), Explain);

    private static SocketsHttpHandler NewHandler()
    {
        SocketsHttpHandler handler = new() { UseProxy = false, AllowAutoRedirect = false, ConnectTimeout = TimeSpan.FromSeconds(10) };
        handler.SslOptions.EnabledSslProtocols = SslProtocols.Tls13;
        return handler;
    }

    private X509Certificate2 ReadOwn()
    {
        if (File.Exists(Key) && (File.GetUnixFileMode(Key) & OfEverybody) != 0)
        {
            throw new IOException($"{Key} can be read by every user of this machine; run 'chmod 600 {Key}'.");
        }

        try
        {
            return X509Certificate2.CreateFromPemFile(Certificate, Key);
        }
        catch (CryptographicException)
        {
            throw new IOException($"{Certificate} and {Key} are not a certificate and its key in PEM.");
        }
    }

    private static X509Certificate2 ReadRoot(string path)
    {
        try
        {
            return X509CertificateLoader.LoadCertificateFromFile(path);
        }
        catch (CryptographicException) when (File.Exists(path))
        {
            throw new IOException($"{path} is not a certificate in PEM.");
        }
        catch (CryptographicException)
        {
            throw new IOException($"{path} does not exist.");
        }
    }

    private string Explain(Exception cause) => cause switch
    {
        AuthenticationException => $"{Server} is not the authority that is meant: its certificate is not one for this name that the root itself has signed",
        SocketException => $"{Server} cannot be connected: {cause.Message}",
        _ => $"the authority at {Server} hung up: it is ending, or refuses this certificate",
    };
}
