using System.Security.Cryptography;

namespace KestrelL4.Testing.Certificates;

/// <summary>A signed revocation list.</summary>
/// <param name="der">The list, encoded.</param>
public sealed class TestRevocationList(byte[] der)
{
    /// <summary>The list as DER.</summary>
    public byte[] Der { get; } = der;

    /// <summary>The list as PEM, with a line break at its end.</summary>
    public string Pem => PemEncoding.WriteString("X509 CRL", Der) + "\n";

    /// <summary>Writes the list as PEM and gives the file's path.</summary>
    public string WriteTo(string directory, string name)
    {
        string path = Path.Combine(directory, name);
        File.WriteAllText(path, Pem);
        return path;
    }
}
