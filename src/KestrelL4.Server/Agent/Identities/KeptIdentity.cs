using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using KestrelL4.Tls;

namespace KestrelL4.Server.Agent.Identities;

/// <summary>An identity as it was obtained, ready to be put in force and kept.</summary>
/// <param name="Identity">The identity.</param>
/// <param name="Pem">Its key, its certificate and its issuer, PEM: what is kept.</param>
internal sealed record KeptIdentity(NodeIdentity Identity, string Pem)
{
    /// <summary>The text that is kept of a key and its certificates.</summary>
    public static string TextOf(ECDsa key, string certificates) => $"{key.ExportPkcs8PrivateKeyPem()}\n{certificates}";

    /// <summary>Reads what was kept; null when it must not be believed.</summary>
    /// <param name="content">The file.</param>
    /// <param name="root">The authority's root.</param>
    /// <param name="problem">Why, to be read after the name of the file.</param>
    public static NodeIdentity? Read(byte[] content, X509Certificate2 root, out string problem)
    {
        string text = Encoding.UTF8.GetString(content);
        try
        {
            using ECDsa key = ECDsa.Create();
            key.ImportFromPem(text);
            return IssuedIdentity.Read(text, key, root, out problem);
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException)
        {
            problem = "holds no private key of the node";
            return null;
        }
    }
}
