using System.Security.Cryptography.X509Certificates;
using KestrelL4.Protocol;
using KestrelL4.Server.Agent.Contact;
using KestrelL4.Server.Agent.Following;
using KestrelL4.Server.Agent.Identities;

namespace KestrelL4.Server.Agent;

/// <summary>Everything that the node asks of the authority, in order: the root, an identity, whether they know each other, the registry.</summary>
/// <param name="client">The authority.</param>
/// <param name="settings">What the node tells of itself.</param>
/// <param name="identity">Sees to the identity.</param>
/// <param name="registry">Sees to the registry.</param>
/// <param name="lastGood">What the node has.</param>
internal sealed class Round(
    AuthorityClient client, AgentSettings settings, IdentityErrand identity, RegistryErrand registry, LastGood lastGood)
{
    private bool _isTold;

    /// <summary>Goes through all of it, up to the first failure. Null = the authority answered everything.</summary>
    public async Task<ContactFailure?> RunAsync(CancellationToken cancellation)
    {
        ContactFailure? failure = await AskAllAsync(cancellation).ConfigureAwait(false);

        // Who comes back, or is another, may have forgotten what it was told.
        _isTold = failure is null;
        return failure;
    }

    private async Task<ContactFailure?> AskAllAsync(CancellationToken cancellation)
    {
        Contact<X509Certificate2> found = await client.FindRootAsync(cancellation).ConfigureAwait(false);
        if (found.Answer is not { } root)
        {
            return found.Failure;
        }

        lastGood.Use(root);
        ContactFailure? failure = await identity.EnsureAsync(root, cancellation).ConfigureAwait(false)
            ?? await AskAsNodeAsync(root, cancellation).ConfigureAwait(false);
        return failure is null || !IdentityErrand.IsMendedByJoining(failure)
            ? failure
            : await identity.JoinAgainAsync(root, failure, cancellation).ConfigureAwait(false)
                ?? await AskAsNodeAsync(root, cancellation).ConfigureAwait(false);
    }

    private async Task<ContactFailure?> AskAsNodeAsync(X509Certificate2 root, CancellationToken cancellation)
    {
        if (!_isTold)
        {
            Contact<Pong> pong = await client.PingAsync(settings.ClientAuthorities, cancellation).ConfigureAwait(false);
            if (pong.Failure is { } unknown)
            {
                return unknown;
            }
        }

        return await registry.FetchAsync(root, cancellation).ConfigureAwait(false);
    }
}
