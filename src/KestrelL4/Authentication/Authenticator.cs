using System.Diagnostics.CodeAnalysis;
using KestrelL4.Registry;
using KestrelL4.Tls;

namespace KestrelL4.Authentication;

/// <summary>Recognises a client by the certificate it showed.</summary>
internal static class Authenticator
{
    /// <summary>Finds the client that holds a certificate.</summary>
    /// <param name="trust">Where to look.</param>
    /// <param name="certificate">The certificate.</param>
    /// <param name="client">The client, also when it is refused, so that the log can name it.</param>
    /// <param name="refusal">Why the client is refused, when the answer is false.</param>
    public static bool TryAuthenticate(
        ClientTrust trust, ClientCertificate certificate, [NotNullWhen(true)] out Client? client, out CloseReason refusal)
    {
        ClientAuthority? authority = trust.AuthorityOf(certificate);
        client = authority is null ? null : trust.Registry.Find(certificate.Id);
        refusal = CloseReason.UnknownClient;
        if (authority is null)
        {
            return false;
        }

        if (authority.RevocationList?.Contains(certificate.Id) == true || trust.Registry.Revoked.Contains(certificate.Id))
        {
            refusal = CloseReason.RevokedCertificate;
            return false;
        }

        if (client is { Disabled: true })
        {
            refusal = CloseReason.ClientDisabled;
        }

        return client is { Disabled: false };
    }

    /// <summary>Why what is known is too old to let a new connection in; null when it is not.</summary>
    public static CloseReason? JudgeAge(ClientTrust trust, ClientCertificate certificate, DateTimeOffset now) =>
        trust.Age?.IsStale == true ? CloseReason.RegistryStale
        : trust.AuthorityOf(certificate)?.IsRevocationStale(now) == true ? CloseReason.RevocationStale
        : null;
}
