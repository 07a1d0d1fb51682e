using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace KestrelL4.Bench.Certificates;

/// <summary>The certificates as the PEM files that the proxies read.</summary>
/// <param name="Authority">The CA alone.</param>
/// <param name="Server">The server's certificate alone.</param>
/// <param name="ServerKey">The server's key alone, readable by its owner only.</param>
/// <param name="ServerBundle">The server's certificate and key in one file, as haproxy wants them.</param>
/// <param name="ClientSerialNumber">The serial number to register, in hex.</param>
internal sealed record CertificateFiles(string Authority, string Server, string ServerKey, string ServerBundle, string ClientSerialNumber)
{
    /// <summary>Writes the files into an existing directory.</summary>
    public static async Task<CertificateFiles> WriteAsync(BenchCertificates certificates, string directory)
    {
        var files = new CertificateFiles(
            Path.Combine(directory, "ca.crt"),
            Path.Combine(directory, "server.crt"),
            Path.Combine(directory, "server.key"),
            Path.Combine(directory, "server.pem"),
            certificates.Client.SerialNumber);
        using ECDsa key = certificates.Server.GetECDsaPrivateKey()!;
        string server = certificates.Server.ExportCertificatePem() + "\n";
        string serverKey = key.ExportPkcs8PrivateKeyPem() + "\n";
        await File.WriteAllTextAsync(files.Authority, certificates.Authority.ExportCertificatePem() + "\n");
        await File.WriteAllTextAsync(files.Server, server);
        await WriteSecretAsync(files.ServerKey, serverKey);
        await WriteSecretAsync(files.ServerBundle, server + serverKey);
        return files;
    }

    private static async Task WriteSecretAsync(string path, string text)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        };
        await using var writer = new StreamWriter(path, options);
        await writer.WriteAsync(text);
    }
}
