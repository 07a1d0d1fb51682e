namespace KestrelL4.Protocol;

/// <summary>The answer to a node that asks whether authority and node know each other.</summary>
/// <param name="AuthorityId">Which authority answers.</param>
/// <param name="Node">The node, as its certificate names it.</param>
/// <param name="Epoch">The registry's epoch.</param>
/// <param name="Revision">The registry's revision.</param>
/// <param name="Time">The authority's clock.</param>
internal sealed record Pong(string AuthorityId, string Node, long Epoch, long Revision, DateTimeOffset Time);
