using System.Net;
using System.Security.Cryptography.X509Certificates;
using KestrelL4.Authority.Pki;
using KestrelL4.Authority.RegistryStore;
using KestrelL4.Protocol;

namespace KestrelL4.Authority.Identities;

/// <summary>Gives nodes their certificates: by a join token the first time, by their own certificate from then on.</summary>
/// <param name="store">The nodes and tokens.</param>
/// <param name="issuers">Who signs.</param>
/// <param name="time">The authority's clock.</param>
internal sealed class Enrolment(Store store, Issuers issuers, TimeProvider time)
{
    /// <summary>How long a node's certificate lives. 72 h.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(72);

    /// <summary>Whether a join token is one of ours that still admits somebody, or just has; then what is kept of it, else null.</summary>
    public string? Recognize(string token)
    {
        string hash = JoinToken.HashOf(token);
        return JoinToken.Find(store.Nodes.State.Tokens, hash) is { } known && known.IsOfUse(time.GetUtcNow()) ? hash : null;
    }

    /// <summary>Certifies a key for the node that a join token names; the same key soon after gets the same certificate again.</summary>
    /// <returns>The certificate and its issuer in PEM.</returns>
    public Task<Answer<string>> JoinAsync(string token, SigningRequest request)
    {
        string hash = JoinToken.HashOf(token);
        return store.ChangeNodesAsync("a join token", nodes => Join(nodes, hash, request));
    }

    /// <summary>Certifies a key for a node that has shown its certificate.</summary>
    /// <returns>The certificate and its issuer in PEM.</returns>
    public Task<Answer<string>> RenewAsync(string node, SigningRequest request) =>
        store.ChangeNodesAsync($"node {node}", nodes => Renew(nodes, node, request));

    private Answer<Changed<NodesState, string>> Join(NodesState nodes, string hash, SigningRequest request)
    {
        DateTimeOffset now = time.GetUtcNow();
        if (JoinToken.Find(nodes.Tokens, hash) is not { } token)
        {
            return Refused("the join token is not known here: it is mistyped, of another authority, used up, expired, or its node was revoked");
        }

        if (token.Uses.FirstOrDefault(use => use.KeyHash == request.KeyHash && use.IsRecent(now)) is { } same)
        {
            return new Changed<NodesState, string>(nodes, "", same.Certificate);
        }

        if (now >= token.ExpiresAt || token.UsesLeft < 1)
        {
            return Refused(now >= token.ExpiresAt
                ? $"the join token expired at {token.ExpiresAt:u}; have another made with 'authority token create'"
                : "the join token is used up; have another made with 'authority token create'");
        }

        using X509Certificate2 certificate = Issue(token.Node, token.Hosts, request, now);
        string chain = ChainOf(certificate);
        NodeRecord node = RecordOf(nodes.Nodes.GetValueOrDefault(token.Node), certificate) with { Hosts = token.Hosts, JoinedAt = now, RevokedAt = null };
        TokenRecord used = token with
        {
            UsesLeft = token.UsesLeft - 1,
            Uses = [.. token.Uses.Where(use => use.IsRecent(now)), new TokenUse(request.KeyHash, chain, now)],
        };
        return new Changed<NodesState, string>(
            nodes.With(token.Node, node).With(used, now), $"node {token.Node} joined; certificate {node.SerialNumber}, until {node.NotAfter:u}", chain);
    }

    private Answer<Changed<NodesState, string>> Renew(NodesState nodes, string name, SigningRequest request)
    {
        if (!nodes.Nodes.TryGetValue(name, out NodeRecord? known) || known.RevokedAt is not null)
        {
            return Refusal.Forbidden(RefusalReason.NodeRevoked, $"node '{name}' was revoked just now");
        }

        using X509Certificate2 certificate = Issue(name, known.Hosts, request, time.GetUtcNow());
        NodeRecord node = RecordOf(known, certificate);
        return new Changed<NodesState, string>(
            nodes.With(name, node), $"node {name} renewed; certificate {node.SerialNumber}, until {node.NotAfter:u}", ChainOf(certificate));
    }

    private static Refusal Refused(string text) => new(HttpStatusCode.Unauthorized, RefusalReason.TokenRefused, text);

    private static NodeRecord RecordOf(NodeRecord? before, X509Certificate2 certificate) => new()
    {
        Hosts = before?.Hosts ?? [],
        JoinedAt = before?.JoinedAt ?? default,
        SerialNumber = SerialNumber.Of(certificate).Text,
        NotAfter = Later(before?.NotAfter, certificate.NotAfter.ToUniversalTime()),
        ClientAuthorities = before?.ClientAuthorities ?? [],
    };

    // The one before ends later when the clock was set back meanwhile.
    private static DateTimeOffset Later(DateTimeOffset? before, DateTimeOffset now) => before > now ? before.Value : now;

    private X509Certificate2 Issue(string name, IReadOnlyList<string> hosts, SigningRequest request, DateTimeOffset now)
    {
        HostName[] names = [.. hosts.Select(static host => HostName.TryParse(host, out HostName? read) ? read : throw new FormatException(HostName.Rule))];
        return issuers.Nodes.Certify(_ => CertificatePurpose.Node(name, names), request.Key, Validity.StartingAt(now, Lifetime));
    }

    private string ChainOf(X509Certificate2 certificate) =>
        certificate.ExportCertificatePem() + "\n" + issuers.Nodes.Certificate.ExportCertificatePem() + "\n";
}
