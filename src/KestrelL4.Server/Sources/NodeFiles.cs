using KestrelL4.Server.Configuration;
using KestrelL4.Server.Runtime;
using KestrelL4.Tls;

namespace KestrelL4.Server.Sources;

/// <summary>What the configuration's files hold, checked.</summary>
/// <param name="Identity">The node's own certificate and key.</param>
/// <param name="ClientAuthorities">The issuers of client certificates.</param>
/// <param name="SendsTickets">Whether a handshake with the identity ended with a session ticket.</param>
internal sealed record NodeFiles(NodeIdentity Identity, IReadOnlyList<ClientAuthority> ClientAuthorities, bool SendsTickets)
{
    /// <summary>Loads every file that the configuration names, and shakes hands with the identity once; null after any error.</summary>
    /// <param name="reading">The configuration, with or without errors.</param>
    /// <param name="errors">Receives all errors, the configuration's own included.</param>
    /// <param name="time">The clock of validity.</param>
    /// <param name="cancellation">Ends the handshake.</param>
    public static async Task<NodeFiles?> LoadAsync(
        ConfigurationReading reading, List<ConfigurationError> errors, TimeProvider time, CancellationToken cancellation)
    {
        errors.AddRange(reading.Errors);
        NodeConfiguration configuration = reading.Understood;
        PemFile files = new(reading, errors);
        NodeIdentity? identity = IdentityFiles.Load(configuration.Identity, files, time);
        TrialHandshake trial = identity is null ? default : await TrialHandshake.RunAsync(identity, cancellation).ConfigureAwait(false);
        if (trial.Problem is { } problem)
        {
            string file = files.Name(IdentityFiles.CertificateKey, configuration.Identity.Certificate);
            files.Add(
                IdentityFiles.CertificateKey, $"no TLS handshake succeeds with the certificate in {file} ({problem})", "name one that TLS 1.3 accepts");
        }

        IReadOnlyList<ClientAuthority>? authorities = ClientAuthorityFiles.Load(configuration.ClientAuthorities, files, time);
        return errors.Count == 0 && identity is not null && authorities is not null
            ? new NodeFiles(identity, authorities, trial.SendsTicket)
            : null;
    }
}
