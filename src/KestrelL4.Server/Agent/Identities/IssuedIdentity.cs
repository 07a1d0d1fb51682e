using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using KestrelL4.Protocol;
using KestrelL4.Server.Sources;
using KestrelL4.Tls;

namespace KestrelL4.Server.Agent.Identities;

/// <summary>Makes an identity of what the authority gave, and believes it only when it leads to the root and is for the node's key.</summary>
internal static class IssuedIdentity
{
    private const X509ChainStatusFlags Dates = X509ChainStatusFlags.NotTimeValid | X509ChainStatusFlags.NotTimeNested;

    /// <summary>The identity, in date or not; null when it must not be believed.</summary>
    /// <param name="certificates">The node's certificate, followed by its issuer, in PEM.</param>
    /// <param name="key">The key that they are to be for.</param>
    /// <param name="root">The authority's root.</param>
    /// <param name="problem">Why it is not believed, to be read after the name of what it is.</param>
    public static NodeIdentity? Read(string certificates, ECDsa key, X509Certificate2 root, out string problem)
    {
        X509Certificate2Collection chain = [];
        problem = "";
        try
        {
            chain.ImportFromPem(certificates);
            problem = chain.Count == 0 ? "holds no certificate"
                : !IsOfKey(chain[0], key) ? "is for another key than the node's"
                : !LeadsTo(root, chain) ? "does not lead to the authority's root by its issuer, or is not for nodes"
                : "";
            if (problem.Length == 0)
            {
                X509Certificate2 certificate = chain[0].CopyWithPrivateKey(key);
                chain.RemoveAt(0);
                return new NodeIdentity(certificate, chain);
            }
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException)
        {
            problem = $"cannot be read ({exception.Message})";
        }

        return null;
    }

    /// <summary>Whether an identity leads to a root.</summary>
    public static bool IsOf(X509Certificate2 root, NodeIdentity identity) =>
        LeadsTo(root, [identity.Context.TargetCertificate, .. identity.Context.IntermediateCertificates]);

    private static bool IsOfKey(X509Certificate2 certificate, ECDsa key) =>
        certificate.PublicKey.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(key.ExportSubjectPublicKeyInfo());

    // By exactly one issuer. Of the extended key usages both are asked for: a node serves its clients, and is known to its authority.
    private static bool LeadsTo(X509Certificate2 root, X509Certificate2Collection certificates)
    {
        using X509Chain chain = new();
        chain.ChainPolicy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
            CustomTrustStore = { root },
            ApplicationPolicy = { new Oid(CertificateRole.Server.Usage), new Oid(CertificateRole.Client.Usage) },
        };
        chain.ChainPolicy.ExtraStore.AddRange(certificates);
        return Certification.TryBuild(chain, certificates[0])
            && chain.ChainElements.Count == 3
            && certificates.Count > 1
            && chain.ChainElements[1].Certificate.RawDataMemory.Span.SequenceEqual(certificates[1].RawDataMemory.Span)
            && chain.ChainElements[2].Certificate.RawDataMemory.Span.SequenceEqual(root.RawDataMemory.Span)
            && chain.ChainStatus.All(static status => (status.Status & ~Dates) == 0);
    }
}
