using System.Security.Cryptography.X509Certificates;
using KestrelL4.Tls;

namespace KestrelL4.Server.Sources;

/// <summary>A client authority's revocation list from its file.</summary>
internal static class RevocationListFile
{
    // Some 400,000 entries; what is larger is another file.
    private const int MaxBytes = 16 * 1024 * 1024;

    /// <summary>Loads a list and proves that the issuer signed it; null after an error. One past its nextUpdate is loaded.</summary>
    /// <param name="keyPath">The key that names the file.</param>
    /// <param name="path">The file, PEM or DER.</param>
    /// <param name="issuer">The certificate that signs the authority's client certificates.</param>
    /// <param name="files">Reads the file and takes what is wrong with it.</param>
    /// <param name="time">The clock by which a list may be of the future.</param>
    public static RevocationList? Load(string keyPath, string path, X509Certificate2 issuer, PemFile files, TimeProvider time)
    {
        if (files.Content(keyPath, path, MaxBytes, "a revocation list in PEM or DER") is not { } content)
        {
            return null;
        }

        if (!RevocationList.TryRead(content, issuer, time.GetUtcNow(), out RevocationList? list, out string? problem))
        {
            files.Add(
                keyPath,
                $"{files.Name(keyPath, path)} {problem}",
                "name a complete revocation list of the CA whose certificate is the first in Certificate");
        }

        return list;
    }
}
