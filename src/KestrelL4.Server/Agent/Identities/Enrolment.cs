using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using KestrelL4.Server.Agent.Contact;
using KestrelL4.Server.Configuration;
using KestrelL4.Server.Runtime;
using KestrelL4.Server.Sources;

namespace KestrelL4.Server.Agent.Identities;

/// <summary>Asks the authority for an identity, and tries it before it is believed.</summary>
/// <param name="client">The authority.</param>
/// <param name="configuration">Where the join token is.</param>
/// <param name="joinKey">The key of a join.</param>
/// <param name="time">The clock of validity.</param>
internal sealed class Enrolment(AuthorityClient client, AuthorityConfiguration configuration, JoinKey joinKey, TimeProvider time)
{
    /// <summary>Joins with the token of the configured file.</summary>
    /// <param name="root">To which the identity must lead.</param>
    /// <param name="cancellation">Ends the attempt.</param>
    public async Task<Contact<KeptIdentity>> JoinAsync(X509Certificate2 root, CancellationToken cancellation)
    {
        Contact<string> token = JoinTokenFile.Read(configuration.JoinTokenFile);
        if (token.Failure is { } missing)
        {
            return missing;
        }

        ECDsa key = joinKey.For(token.Answer!);
        Contact<string> answer = await client.JoinAsync(token.Answer!, RequestFor(key), cancellation).ConfigureAwait(false);
        return answer.Failure ?? await ProveAsync(answer.Answer!, key, root, cancellation).ConfigureAwait(false);
    }

    /// <summary>Renews with the identity that the client shows, for a new key.</summary>
    /// <param name="root">To which the identity must lead.</param>
    /// <param name="cancellation">Ends the attempt.</param>
    public async Task<Contact<KeptIdentity>> RenewAsync(X509Certificate2 root, CancellationToken cancellation)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Contact<string> answer = await client.RenewAsync(RequestFor(key), cancellation).ConfigureAwait(false);
        return answer.Failure ?? await ProveAsync(answer.Answer!, key, root, cancellation).ConfigureAwait(false);
    }

    // The authority takes the key alone: name and hosts come from the token, or from its record of the node.
    private static string RequestFor(ECDsa key) =>
        new CertificateRequest("CN=node", key, HashAlgorithmName.SHA256).CreateSigningRequestPem();

    private async Task<Contact<KeptIdentity>> ProveAsync(string certificates, ECDsa key, X509Certificate2 root, CancellationToken cancellation)
    {
        if (IssuedIdentity.Read(certificates, key, root, out string problem) is not { } identity)
        {
            return Refuse($"{problem}; is the authority of another version?");
        }

        if (identity.Context.TargetCertificate.ValidityProblem(time) is { } dates)
        {
            return Refuse($"{dates}; check the clocks of both machines");
        }

        TrialHandshake trial = await TrialHandshake.RunAsync(identity, cancellation).ConfigureAwait(false);
        return trial.Problem is { } useless
            ? Refuse($"serves no handshake ({useless})")
            : new KeptIdentity(identity, KeptIdentity.TextOf(key, certificates));
    }

    private static ContactFailure Refuse(string problem) => new(ContactFault.Misconfigured, $"the certificate that the authority gave {problem}");
}
