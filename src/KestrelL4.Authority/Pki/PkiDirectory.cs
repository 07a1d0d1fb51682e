using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace KestrelL4.Authority.Pki;

/// <summary>The directory of a CA on files: what its files are called, and how they come to be.</summary>
internal sealed class PkiDirectory(string path)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>The CA's certificate.</summary>
    public string AuthorityCertificate => CertificateOf("ca");

    /// <summary>The CA's key.</summary>
    public string AuthorityKey => KeyOf("ca");

    /// <summary>The CA's revocation list.</summary>
    public string RevocationList => Path.Combine(path, "ca.crl");

    /// <summary>The certificate file of <c>ca</c>, <c>server</c> or a client.</summary>
    public string CertificateOf(string name) => Path.Combine(path, name + ".crt");

    /// <summary>The key file of <c>ca</c>, <c>server</c> or a client.</summary>
    public string KeyOf(string name) => Path.Combine(path, name + ".key");

    /// <summary>Creates all of the files or none, and the directory (0700) when absent; false with the reason when one exists.</summary>
    /// <exception cref="IOException">The disk refuses one, or somebody else created it meanwhile; none of ours remains.</exception>
    public bool TryCreate(IReadOnlyList<PkiFile> files, [NotNullWhen(false)] out string? refusal)
    {
        string[] existing = [.. files.Select(static file => file.Path).Where(Path.Exists)];
        refusal = existing.Length == 0
            ? null
            : $"{string.Join(", ", existing)} {(existing.Length == 1 ? "exists" : "exist")} already, and no file is ever overwritten; "
              + "move what is there away, or name another --directory";
        if (refusal is not null)
        {
            return false;
        }

        Directory.CreateDirectory(path, OwnerOnly);
        var created = new Stack<PkiFile>();
        try
        {
            foreach (PkiFile file in files)
            {
                file.Create();
                created.Push(file);
            }
        }
        catch
        {
            foreach (PkiFile file in created)
            {
                File.Delete(file.Path);
            }

            throw;
        }

        return true;
    }

    /// <summary>The certificate file that holds a serial number, or null: it may have been given away.</summary>
    public string? FindCertificate(SerialNumber serialNumber) =>
        Directory.EnumerateFiles(path, "*.crt").FirstOrDefault(file => Holds(file, serialNumber));

    private static bool Holds(string file, SerialNumber serialNumber)
    {
        try
        {
            using X509Certificate2 certificate = X509CertificateLoader.LoadCertificateFromFile(file);
            return SerialNumber.TryParse(certificate.SerialNumber, out SerialNumber? found) && found == serialNumber;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }
}
