using System.Text.RegularExpressions;
using KestrelL4.Authority.Identities;
using KestrelL4.Authority.Pki;
using KestrelL4.Authority.RegistryStore;

namespace KestrelL4.Authority.Administration;

/// <summary>What an administrator does with nodes: admits them by tokens, and revokes them.</summary>
/// <param name="store">The nodes and tokens.</param>
/// <param name="time">The authority's clock.</param>
internal sealed partial class NodeAdministration(Store store, TimeProvider time)
{
    private const string NameRule = "a node's name has 1 to 64 of A-Z, a-z, 0-9 and . _ -, and begins with a letter or digit";
    private const int MostHosts = 100;
    private const int MostUses = 1_000;
    private const int MostTokens = 10_000;

    private static readonly TimeSpan LongestExpiry = TimeSpan.FromDays(30);

    /// <summary>Makes a join token.</summary>
    /// <param name="who">The administrator.</param>
    /// <param name="order">For whom.</param>
    public async Task<Answer<TokenReport>> CreateTokenAsync(string who, TokenOrder order)
    {
        if (ProblemOf(order) is { } problem)
        {
            return Refusal.Invalid(problem);
        }

        string token = JoinToken.Create();
        DateTimeOffset now = time.GetUtcNow();
        return await store.ChangeNodesAsync<TokenReport>(who, nodes =>
        {
            if (nodes.Nodes.TryGetValue(order.Node, out NodeRecord? known) && known.RevokedAt is not null && now <= known.NotAfter)
            {
                return Refusal.Conflict(
                    $"node '{order.Node}' is revoked, and a certificate that it holds ends at {known.NotAfter:u}; "
                    + "the name can be used again after that, or use another now");
            }

            if (nodes.Tokens.Count(other => other.IsOfUse(now)) >= MostTokens)
            {
                return Refusal.Conflict($"{MostTokens} join tokens are waiting to be used; wait until some expire");
            }

            TokenRecord record = new()
            {
                Hash = JoinToken.HashOf(token),
                Node = order.Node,
                Hosts = [.. order.Hosts.Distinct()],
                ExpiresAt = now + order.ExpiresIn,
                UsesLeft = order.Uses,
            };
            string what = $"token created for node {order.Node}, hosts {string.Join(", ", record.Hosts)}, uses {order.Uses}, until {record.ExpiresAt:u}";
            return new Changed<NodesState, TokenReport>(nodes.With(record, now), what, new TokenReport(token, record.ExpiresAt));
        });
    }

    /// <summary>Revokes a node: it is refused everywhere from now on, and so are tokens made for it.</summary>
    /// <param name="who">The administrator.</param>
    /// <param name="name">The node.</param>
    public Task<Answer<DoneReport>> RevokeAsync(string who, string name) => store.ChangeNodesAsync<DoneReport>(who, nodes =>
    {
        bool hasTokens = nodes.Tokens.Any(token => token.Node.Equals(name, StringComparison.OrdinalIgnoreCase));
        if (!nodes.Nodes.TryGetValue(name, out NodeRecord? node) && !hasTokens)
        {
            return Refusal.NotFound($"there is no node '{name}'; 'authority node list' lists them all");
        }

        NodesState without = nodes with
        {
            Tokens = [.. nodes.Tokens.Where(token => !token.Node.Equals(name, StringComparison.OrdinalIgnoreCase))],
        };
        NodesState next = node is null ? without : without.With(name, node with { RevokedAt = node.RevokedAt ?? time.GetUtcNow() });
        string what = node is null ? $"tokens of node {name} revoked; it had not joined yet" : $"node {name} revoked";
        return new Changed<NodesState, DoneReport>(next, what, new DoneReport(what));
    });

    private static string? ProblemOf(TokenOrder order) =>
        !NameForm().IsMatch(order.Node) ? NameRule
        : order.Hosts is not { Count: > 0 and <= MostHosts } ? $"name 1 to {MostHosts} hosts"
        : order.Hosts.FirstOrDefault(static host => !HostName.TryParse(host, out _)) is { } host ? $"'{host}': {HostName.Rule}"
        : order.ExpiresIn <= TimeSpan.Zero || order.ExpiresIn > LongestExpiry ? "a token expires after more than zero and at most 30 days"
        : order.Uses is < 1 or > MostUses ? $"a token has 1 to {MostUses} uses"
        : null;

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9._-]{0,63}\z")]
    private static partial Regex NameForm();
}
