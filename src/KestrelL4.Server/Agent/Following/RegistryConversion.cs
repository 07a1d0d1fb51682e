using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using KestrelL4.Protocol;
using KestrelL4.Protocol.Snapshots;
using KestrelL4.Registry;
using KestrelL4.Tls;

namespace KestrelL4.Server.Agent.Following;

/// <summary>Turns a verified snapshot into what the data plane takes.</summary>
/// <remarks>One entry that makes no sense costs its own client, never the others.</remarks>
internal static class RegistryConversion
{
    /// <summary>Converts a snapshot.</summary>
    /// <param name="snapshot">The snapshot, verified.</param>
    /// <param name="root">The root of the authority that signed it.</param>
    /// <param name="source">Where it came from.</param>
    /// <param name="oddities">What was left out, for people; empty = nothing.</param>
    public static HeldRegistry Convert(Snapshot snapshot, X509Certificate2 root, HoldingSource source, out IReadOnlyList<string> oddities)
    {
        List<string> odd = [];
        ClientConversion conversion = new(odd);
        Dictionary<CertificateId, Client?> holders = new(snapshot.Clients.Count);
        foreach ((string name, RegisteredClient registered) in snapshot.Clients)
        {
            Client client = conversion.ClientOf(name, registered);
            foreach (string text in registered.SerialNumbers)
            {
                if (!TryRead(text, out CertificateId id))
                {
                    odd.Add($"certificate '{text}' of client '{name}' is none");
                }
                else if (!holders.TryAdd(id, client))
                {
                    // Nobody can say whose it is, so it is nobody's.
                    holders[id] = null;
                    odd.Add($"certificate {id} is held by '{name}' and by another client");
                }
            }
        }

        oddities = odd;
        RegistrySnapshot registry = new(
            from holder in holders where holder.Value is not null select KeyValuePair.Create(holder.Key, holder.Value!), snapshot.Revision)
        {
            Epoch = snapshot.Epoch,
            Revoked = RevokedIn(snapshot, odd),
        };
        return new HeldRegistry(snapshot.Version, registry, AuthoritiesIn(snapshot, root, odd), source);
    }

    private static HashSet<CertificateId> RevokedIn(Snapshot snapshot, List<string> odd)
    {
        HashSet<CertificateId> revoked = [];
        foreach (string text in snapshot.RevokedCertificates)
        {
            if (TryRead(text, out CertificateId id))
            {
                revoked.Add(id);
            }
            else
            {
                odd.Add($"revoked certificate '{text}' is none");
            }
        }

        return revoked;
    }

    // Each is AUTHORITY:SERIAL, and a serial number may have colons of its own.
    private static bool TryRead(string text, out CertificateId id)
    {
        id = default;
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon > 0 && CertificateId.TryCreate(text[..colon], text[(colon + 1)..], out id);
    }

    private static List<ClientAuthority> AuthoritiesIn(Snapshot snapshot, X509Certificate2 root, List<string> odd)
    {
        List<ClientAuthority> authorities = [];
        foreach (string text in snapshot.ClientIssuers)
        {
            try
            {
                X509Certificate2 issuer = X509CertificateLoader.LoadCertificate(System.Convert.FromBase64String(text));
                if (Certification.IsBy(root, issuer))
                {
                    authorities.Add(new ClientAuthority(HeldRegistry.AuthorityName, [issuer, root]));
                    continue;
                }

                odd.Add("an issuer of client certificates is not certified by the authority's root");
            }
            catch (Exception exception) when (exception is CryptographicException or FormatException or ArgumentException)
            {
                odd.Add($"an issuer of client certificates cannot be read ({exception.Message})");
            }
        }

        return authorities;
    }
}
