using System.Security.Cryptography.X509Certificates;
using KestrelL4.Authority.Identities;
using KestrelL4.Authority.Pki;
using KestrelL4.Authority.RegistryStore;
using KestrelL4.Protocol.Snapshots;

namespace KestrelL4.Authority.Administration;

/// <summary>Issues certificates for registered clients, and registers them with the same change.</summary>
/// <param name="store">The registry.</param>
/// <param name="issuers">Who signs.</param>
/// <param name="time">The authority's clock.</param>
internal sealed class ClientIssuance(Store store, Issuers issuers, TimeProvider time)
{
    /// <summary>Certifies a client's key.</summary>
    /// <param name="who">The administrator.</param>
    /// <param name="name">The client, which is registered.</param>
    /// <param name="request">The key.</param>
    /// <param name="days">How long the certificate is to be valid. 1 to <see cref="Validity.MaxDays"/>; never beyond its issuer.</param>
    /// <returns>The certificate and its issuer in PEM.</returns>
    public async Task<Answer<string>> IssueAsync(string who, string name, SigningRequest request, int days)
    {
        if (days is < 1 or > Validity.MaxDays)
        {
            return Refusal.Invalid($"days is 1 to {Validity.MaxDays}");
        }

        return await store.ChangeRegistryAsync<string>(who, registry =>
        {
            if (!registry.Clients.TryGetValue(name, out RegisteredClient? client) || !ClientName.TryParse(name, out ClientName? subject))
            {
                return Refusal.NotFound($"there is no client '{name}'; register it first with 'authority client add'");
            }

            if (client.SerialNumbers.Count >= CertificateNames.MostOfOneClient)
            {
                return Refusal.Conflict($"client '{name}' holds {client.SerialNumbers.Count} certificates, the most that one may; revoke some");
            }

            using X509Certificate2 certificate = issuers.Clients.Certify(
                _ => CertificatePurpose.Client(subject), request.Key, Validity.StartingAt(time.GetUtcNow(), days));
            string id = CertificateName.IdOf(CertificateName.OwnAuthority, SerialNumber.Of(certificate));
            DateTimeOffset notAfter = certificate.NotAfter.ToUniversalTime();
            RegistryState next = registry with
            {
                Clients = new Dictionary<string, RegisteredClient>(registry.Clients, StringComparer.OrdinalIgnoreCase)
                {
                    [name] = client with { SerialNumbers = [.. client.SerialNumbers, id] },
                },
                Issued = new Dictionary<string, DateTimeOffset>(registry.Issued) { [id] = notAfter },
            };
            return new Changed<RegistryState, string>(
                next,
                $"certificate {id} issued for client {name}, until {notAfter:u}",
                certificate.ExportCertificatePem() + "\n" + issuers.Clients.Certificate.ExportCertificatePem() + "\n");
        }).ConfigureAwait(false);
    }
}
