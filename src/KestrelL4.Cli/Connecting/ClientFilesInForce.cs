using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using KestrelL4.Server.Configuration.Loading;
using KestrelL4.Server.Sources;
using KestrelL4.Tls;

namespace KestrelL4.Cli.Connecting;

/// <summary>What a client's files hold: read again for each connection, so that a renewed certificate needs no restart.</summary>
/// <param name="names">The files.</param>
/// <param name="serverName">The name that the server's certificate must bear; null = the host of its address.</param>
internal sealed class ClientFilesInForce(ClientFileNames names, string? serverName)
{
    private const int MaxBytes = 1024 * 1024;

    private readonly Lock _lock = new();
    private string? _content;
    private UpstreamTls? _tls;

    /// <summary>The serial number of the certificate that was read last, as registries have it.</summary>
    public string SerialNumber { get; private set; } = "";

    /// <summary>The name in that certificate, for people.</summary>
    public string Subject { get; private set; } = "";

    /// <summary>How TLS is spoken with the files as they are now.</summary>
    /// <exception cref="ClientFilesException">One of them cannot be used.</exception>
    public UpstreamTls Read()
    {
        lock (_lock)
        {
            string certificate = Text(names.Certificate);
            string key = Text(names.Key);
            string ca = Text(names.Ca);
            string content = $"{certificate}\0{key}\0{ca}";
            if (_tls is not null && content == _content)
            {
                return _tls;
            }

            X509Certificate2Collection chain = Certificates(names.Certificate, certificate);
            NodeIdentity identity = new(WithKey(chain[0], certificate, key), new X509Certificate2Collection((X509Certificate2[])[.. chain.Skip(1)]));
            UpstreamTls tls = new(serverName, Certificates(names.Ca, ca), identity);
            (_content, _tls) = (content, tls);
            SerialNumber = Authority.Pki.SerialNumber.Of(chain[0]).ToString();
            Subject = chain[0].GetNameInfo(X509NameType.SimpleName, forIssuer: false);
            return tls;
        }
    }

    /// <summary>How TLS is spoken with the files as they are now or, where one cannot be used, as they were.</summary>
    /// <param name="tell">Is told when one cannot be used.</param>
    public UpstreamTls Current(Action<string> tell)
    {
        try
        {
            return Read();
        }
        catch (ClientFilesException exception) when (_tls is { } last)
        {
            tell($"{exception.Message}; what was read before stays in use");
            return last;
        }
    }

    private static string Text(string path)
    {
        try
        {
            return Encoding.UTF8.GetString(BoundedFile.Read(path, MaxBytes));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or FormatException)
        {
            string problem = exception is UnauthorizedAccessException ? "access is denied"
                : File.Exists(path) ? exception.Message
                : "it does not exist";
            throw new ClientFilesException($"{path} cannot be read: {problem}");
        }
    }

    private static X509Certificate2Collection Certificates(string path, string text)
    {
        X509Certificate2Collection certificates = [];
        try
        {
            certificates.ImportFromPem(text);
        }
        catch (CryptographicException exception)
        {
            throw new ClientFilesException($"{path} holds a certificate that cannot be read: {exception.Message}");
        }

        return certificates.Count > 0 ? certificates : throw new ClientFilesException($"{path} holds no certificate in PEM");
    }

    private X509Certificate2 WithKey(X509Certificate2 certificate, string certificateText, string keyText)
    {
        if ((File.GetUnixFileMode(names.Key) & PemFile.World) != 0)
        {
            throw new ClientFilesException($"{names.Key} can be read or written by every user of this machine; run 'chmod o-rwx {names.Key}'");
        }

        try
        {
            return X509Certificate2.CreateFromPem(certificateText, keyText);
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException)
        {
            throw new ClientFilesException(
                $"{names.Key} holds no unencrypted key in PEM that belongs to {names.Certificate} ({certificate.GetNameInfo(X509NameType.SimpleName, false)})");
        }
    }
}
