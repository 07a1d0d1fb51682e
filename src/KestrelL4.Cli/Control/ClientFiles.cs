using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Serialization;
using KestrelL4.Authority.Pki;

namespace KestrelL4.Cli.Control;

/// <summary>The two files of a client's new identity: its key, made here and never sent anywhere, and its certificate.</summary>
/// <param name="directory">Where they go; made 0700 when it is missing.</param>
/// <param name="name">The client.</param>
internal sealed class ClientFiles(string directory, string name)
{
    /// <summary>The certificate's file.</summary>
    public string Certificate => Path.Combine(directory, name + ".crt");

    /// <summary>The key's file, 0600.</summary>
    public string Key => Path.Combine(directory, name + ".key");

    /// <summary>Has a new key certified and writes both files; neither remains when it fails.</summary>
    /// <param name="certify">Gives the certificate for a signing request, both in PEM.</param>
    /// <exception cref="IOException">A file exists already, or the disk refuses.</exception>
    public async Task WriteAsync(Func<string, Task<string>> certify)
    {
        Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

        // Before anything is issued, for a certificate that cannot be written would stay registered.
        if (Path.Exists(Certificate))
        {
            throw new IOException($"{Certificate} exists already, and no file is ever overwritten.");
        }

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        PkiFile.Secret(Key, key.ExportPkcs8PrivateKeyPem() + "\n").Create();
        try
        {
            var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
            PkiFile.Public(Certificate, await certify(request.CreateSigningRequestPem() + "\n")).Create();
        }
        catch
        {
            File.Delete(Key);
            throw;
        }
    }

    /// <summary>What was issued, read from the files that were written.</summary>
    public IssuedClient Written()
    {
        using X509Certificate2 certificate = X509CertificateLoader.LoadCertificateFromFile(Certificate);
        return new IssuedClient(Certificate, Key, $"authority:{SerialNumber.Of(certificate)}", certificate.NotAfter.ToUniversalTime());
    }
}

/// <summary>A client's new identity; the answer of <c>authority client issue --json</c>.</summary>
/// <param name="Certificate">The certificate's file.</param>
/// <param name="Key">The key's file.</param>
/// <param name="SerialNumber">The certificate as the registry has it.</param>
/// <param name="NotAfter">Until when it is valid, in UTC.</param>
internal sealed record IssuedClient(string Certificate, string Key, string SerialNumber, DateTime NotAfter)
{
    /// <summary>The same in words, a line for each.</summary>
    [JsonIgnore]
    public string Text => $"Files: {Certificate}, {Key}\nRegistered as: {SerialNumber}\nValid until {NotAfter:u}";
}
