using System.Diagnostics.CodeAnalysis;
using KestrelL4.Registry;

namespace KestrelL4.Authentication;

/// <summary>Recognises a client by the certificate it showed.</summary>
internal static class Authenticator
{
    /// <summary>Finds the client that holds a certificate.</summary>
    /// <param name="registry">Where to look.</param>
    /// <param name="certificate">The certificate.</param>
    /// <param name="client">The client; also when it is disabled, so that the log can name it.</param>
    /// <param name="refusal">Why the client is refused, when the answer is false.</param>
    public static bool TryAuthenticate(
        RegistrySnapshot registry, CertificateId certificate, [NotNullWhen(true)] out Client? client, out CloseReason refusal)
    {
        client = registry.Find(certificate);
        refusal = client is null ? CloseReason.UnknownClient : CloseReason.ClientDisabled;
        return client is { Disabled: false };
    }
}
