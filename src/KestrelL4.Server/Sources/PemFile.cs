using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using KestrelL4.Server.Configuration;
using KestrelL4.Server.Configuration.Loading;
using KestrelL4.Server.Configuration.Values;
using KestrelL4.Server.Runtime;

namespace KestrelL4.Server.Sources;

/// <summary>Reads the files that keys name, nearly all of them PEM; every fault becomes an error with the key's path.</summary>
/// <param name="reading">Where the keys came from.</param>
/// <param name="errors">Receives what is wrong.</param>
internal sealed class PemFile(ConfigurationReading reading, ICollection<ConfigurationError> errors)
{
    /// <summary>What a private key's file must not allow: that everybody reads or writes it.</summary>
    public const UnixFileMode World = UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    // A chain of certificates has a few KiB: what is much larger is another file.
    private const int MaxBytes = 1024 * 1024;

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
            Add(keyPath, $"the private key {Name(keyPath, path)} is readable or writable by everybody", $"take that away: chmod o-rwx {Name(keyPath, path)}");
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
                    ? $"{Name(keyPath, path)} holds no unencrypted private key that belongs to the certificate"
                    : $"{Name(keyPath, path)} holds no PEM private key",
                "name the PEM key that the certificate was issued for");
            return null;
        }
        catch (CryptographicException exception)
        {
            Add(keyPath, $"the private key {Name(keyPath, path)} cannot be used ({exception.Message})", "name the PEM key that the certificate was issued for");
            return null;
        }
    }

    /// <summary>A file as an error may show it: its path in quotes, or in words alone when the path may be a secret.</summary>
    public string Name(string keyPath, string path) => reading.IsSecret(keyPath) ? "the file" : $"'{Printable.Line(path)}'";

    /// <summary>Reports something wrong with a file.</summary>
    public void Add(string keyPath, string problem, string allowed) =>
        errors.Add(new ConfigurationError(keyPath, reading.SourceOf(keyPath), problem, allowed));

    /// <summary>The content of a regular file; null after an error.</summary>
    /// <param name="keyPath">The key that names the file.</param>
    /// <param name="path">The file; empty when that it is missing was told already.</param>
    /// <param name="maxBytes">What is longer is refused.</param>
    /// <param name="expected">What the file should be, as an error may ask for it.</param>
    public byte[]? Content(string keyPath, string path, int maxBytes, string expected)
    {
        if (path.Length == 0)
        {
            return null;
        }

        try
        {
            // Opening a pipe would wait for its writer, and a node that waits for a file never starts.
            if (FileFacts.Of(path) is { IsRegular: false })
            {
                Add(keyPath, $"{Name(keyPath, path)} is no regular file", $"name {expected}");
                return null;
            }

            return BoundedFile.Read(path, maxBytes);
        }
        catch (FormatException exception)
        {
            Add(keyPath, $"{Name(keyPath, path)} {exception.Message}", $"name {expected}");
            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Add(keyPath, $"{Name(keyPath, path)} cannot be read ({Reason(exception)})", $"name {expected} that the node's user may read");
            return null;
        }
    }

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

    private string? Text(string keyPath, string path) =>
        Content(keyPath, path, MaxBytes, "a PEM file") is { } content ? Encoding.UTF8.GetString(content) : null;

    // Without the path, which the exceptions' own texts repeat.
    private static string Reason(Exception exception) => exception switch
    {
        FileNotFoundException or DirectoryNotFoundException => "it does not exist",
        UnauthorizedAccessException => "access is denied",
        PathTooLongException => "the path is too long",
        _ => Marshal.GetPInvokeErrorMessage(exception.HResult),
    };

    private X509Certificate2Collection? Refuse(string keyPath, string path, string problem)
    {
        Add(keyPath, $"{Name(keyPath, path)} {problem}", "name a PEM file with one or more certificates");
        return null;
    }
}
