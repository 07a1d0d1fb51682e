using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using KestrelL4.Server.Configuration;

namespace KestrelL4.Server.Sources;

/// <summary>Reads the PEM files that keys name; every fault becomes an error with the key's path.</summary>
/// <param name="reading">Where the keys came from.</param>
/// <param name="errors">Receives what is wrong.</param>
internal sealed class PemFile(ConfigurationReading reading, ICollection<ConfigurationError> errors)
{
    // A chain of certificates has a few KiB: what is much larger is another file.
    private const int MaxBytes = 1024 * 1024;

    private const UnixFileMode World = UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    /// <summary>The certificates of a file in its order, at least one; null after an error.</summary>
    public X509Certificate2Collection? Certificates(string keyPath, string path)
    {
        if (Text(keyPath, path) is not { } text)
        {
            return null;
        }

        X509Certificate2Collection certificates = [];
        try
        {
            certificates.ImportFromPem(text);
        }
        catch (CryptographicException exception)
        {
            return Refuse(keyPath, path, $"holds a certificate that cannot be read ({exception.Message})");
        }

        return certificates.Count > 0 ? certificates : Refuse(keyPath, path, "holds no certificate");
    }

    /// <summary>A certificate with the private key of a file; null after an error.</summary>
    public X509Certificate2? WithKey(string keyPath, string path, X509Certificate2 certificate)
    {
        if (Text(keyPath, path) is not { } text)
        {
            return null;
        }

        if ((File.GetUnixFileMode(path) & World) != 0)
        {
            Add(keyPath, $"the private key '{path}' is readable or writable by everybody", $"take that away: chmod o-rwx {path}");
            return null;
        }

        try
        {
            return certificate.GetECDsaPublicKey() is not null ? WithEcdsa(certificate, text) : WithRsa(certificate, text);
        }
        catch (ArgumentException exception) when (exception is not ArgumentNullException)
        {
            Add(
                keyPath,
                PemEncoding.TryFind(text, out _)
                    ? $"'{path}' holds no unencrypted private key that belongs to the certificate"
                    : $"'{path}' holds no PEM private key",
                "name the PEM key that the certificate was issued for");
            return null;
        }
        catch (CryptographicException exception)
        {
            Add(keyPath, $"the private key '{path}' cannot be used ({exception.Message})", "name the PEM key that the certificate was issued for");
            return null;
        }
    }

    /// <summary>Reports something wrong with a file.</summary>
    public void Add(string keyPath, string problem, string allowed) =>
        errors.Add(new ConfigurationError(keyPath, reading.SourceOf(keyPath), problem, allowed));

    private static X509Certificate2 WithEcdsa(X509Certificate2 certificate, string text)
    {
        using ECDsa key = ECDsa.Create();
        key.ImportFromPem(text);
        return certificate.CopyWithPrivateKey(key);
    }

    private static X509Certificate2 WithRsa(X509Certificate2 certificate, string text)
    {
        using RSA key = RSA.Create();
        key.ImportFromPem(text);
        return certificate.CopyWithPrivateKey(key);
    }

    private string? Text(string keyPath, string path)
    {
        if (path.Length == 0)
        {
            // That it is missing has been told already.
            return null;
        }

        try
        {
            // Opening a pipe would wait for its writer, and a node that waits for a file never starts.
            if ((File.GetAttributes(path) & FileAttributes.Directory) != 0)
            {
                Add(keyPath, $"'{path}' is a directory", "name a PEM file");
                return null;
            }

            if (new FileInfo(path).Length > MaxBytes)
            {
                Add(keyPath, $"'{path}' is larger than {MaxBytes} bytes", "name a PEM file");
                return null;
            }

            return File.ReadAllText(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Add(keyPath, $"'{path}' cannot be read ({exception.Message})", "name a PEM file that the node's user may read");
            return null;
        }
    }

    private X509Certificate2Collection? Refuse(string keyPath, string path, string problem)
    {
        Add(keyPath, $"'{path}' {problem}", "name a PEM file with one or more certificates");
        return null;
    }
}
