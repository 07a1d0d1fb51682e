using System.Security.Cryptography.X509Certificates;
using KestrelL4.Protocol;
using KestrelL4.Server.Agent.Contact;
using KestrelL4.Server.Configuration;

namespace KestrelL4.Server.Agent.Identities;

/// <summary>Sees that the node has an identity: joins when it has none of use, renews in time.</summary>
/// <param name="client">The authority, which is shown the identity.</param>
/// <param name="enrolment">Asks for identities.</param>
/// <param name="configuration">How many attempts a renewal has.</param>
/// <param name="parts">What the node has, and how it stands with the authority.</param>
internal sealed class IdentityErrand(AuthorityClient client, Enrolment enrolment, AuthorityConfiguration configuration, AgentParts parts)
{
    private static readonly string[] Rejoinable =
        [RefusalReason.CertificateExpired, RefusalReason.CertificateRefused, RefusalReason.NodeUnknown, RefusalReason.NodeRevoked];

    private readonly Backoff _backoff = new(parts.Time);
    private int _failures;

    /// <summary>How long until there is something to do for the identity: to join, to renew, or to try that again. Zero = it is due.</summary>
    public TimeSpan UntilDue
    {
        get
        {
            DateTimeOffset now = parts.Time.GetUtcNow();
            if (parts.LastGood.Identity is not { } identity || identity.NotAfter <= now)
            {
                return TimeSpan.Zero;
            }

            TimeSpan left = RenewalSchedule.DueFor(identity.Context.TargetCertificate) - now;
            return left > _backoff.Left ? left : _backoff.Left;
        }
    }

    /// <summary>Whether the identity is refused in a way that a new one, by a join token, mends.</summary>
    public static bool IsMendedByJoining(ContactFailure failure) => Rejoinable.Contains(failure.Reason);

    /// <summary>Joins or renews, where that is due. Null = there is an identity to go on with.</summary>
    public async Task<ContactFailure?> EnsureAsync(X509Certificate2 root, CancellationToken cancellation)
    {
        if (parts.LastGood.Identity is not { } held || held.NotAfter <= parts.Time.GetUtcNow())
        {
            return await JoinAsync(root, cancellation).ConfigureAwait(false);
        }

        client.Identity = held.Context.TargetCertificate;
        if (UntilDue > TimeSpan.Zero)
        {
            return null;
        }

        Contact<KeptIdentity> renewed = await enrolment.RenewAsync(root, cancellation).ConfigureAwait(false);
        if (renewed.Answer is { } identity)
        {
            Succeed(identity, "renewed");
            return null;
        }

        ContactFailure failure = renewed.Failure!;
        CountFailure(failure);

        // An authority that gives a reason, or a certificate of no use, is there, and may give the registry all the same.
        return failure is { Fault: ContactFault.Away, Reason: null } || IsMendedByJoining(failure) ? failure : null;
    }

    /// <summary>Joins once more after the authority has refused the identity. Null = it worked.</summary>
    public async Task<ContactFailure?> JoinAgainAsync(X509Certificate2 root, ContactFailure refusal, CancellationToken cancellation) =>
        await JoinAsync(root, cancellation).ConfigureAwait(false) is { } failure
            ? failure with { Fault = refusal.Fault, Reason = refusal.Reason, Sentence = $"{refusal.Sentence}; joining again fails too: {failure.Sentence}" }
            : null;

    private async Task<ContactFailure?> JoinAsync(X509Certificate2 root, CancellationToken cancellation)
    {
        DateTimeOffset? expired = parts.LastGood.Identity is { } former && former.NotAfter <= parts.Time.GetUtcNow() ? former.NotAfter : null;
        Contact<KeptIdentity> joined = await enrolment.JoinAsync(root, cancellation).ConfigureAwait(false);
        if (joined.Answer is { } identity)
        {
            Succeed(identity, "joined");
            return null;
        }

        ContactFailure failure = joined.Failure!;
        return expired is { } at ? failure with { Sentence = $"the identity expired at {at:u}, and the node cannot join again: {failure.Sentence}" } : failure;
    }

    private void Succeed(KeptIdentity identity, string how)
    {
        _failures = 0;

        // Near the end of its issuer an identity lives so shortly that it is due for renewal when it comes.
        _backoff.Reset(rest: Backoff.Longest);
        client.Identity = identity.Identity.Context.TargetCertificate;
        if (parts.LastGood.Put(identity, how))
        {
            parts.JoinKey.Forget();
        }

        parts.Standing.TellRenewal(null);
    }

    private void CountFailure(ContactFailure failure)
    {
        _backoff.Fail(failure.RetryAfter);
        if (++_failures >= configuration.RenewalAttempts)
        {
            parts.Standing.TellRenewal(
                $"the identity could not be renewed in {configuration.RenewalAttempts} attempts, and ends at {parts.LastGood.Identity!.NotAfter:u}: {failure.Sentence}");
        }
    }
}
