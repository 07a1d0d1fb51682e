using System.Diagnostics;
using System.Net;
using System.Text.Json.Nodes;

namespace KestrelL4.FunctionalTests.Agent;

/// <summary>Waiting for what a node says about itself.</summary>
internal static class ComponentStatus
{
    /// <summary>Waits until a component has a status, and tells how long that took.</summary>
    public static async Task<TimeSpan> UntilAsync(this TestNode node, string component, string status, TimeSpan? deadline = null)
    {
        long started = Stopwatch.GetTimestamp();
        string seen = "";
        await Eventually.UntilAsync(
            async () => (string?)JsonNode.Parse(seen = (await node.ReadyAsync()).Text)!["components"]?[component]?["status"] == status,
            () => $"{component} becomes {status}; the node says {seen} and printed\n{node.Process.Output}",
            deadline);
        return Stopwatch.GetElapsedTime(started);
    }

    /// <summary>What the node says of a component now.</summary>
    public static async Task<JsonNode> ComponentAsync(this TestNode node, string component) =>
        JsonNode.Parse((await node.ReadyAsync()).Text)!["components"]![component]!;

    /// <summary>The node's answer to a probe.</summary>
    public static async Task<(HttpStatusCode Code, string Text)> ReadyAsync(this TestNode node)
    {
        using HttpResponseMessage response = await node.Admin.GetAsync(new Uri("readyz", UriKind.Relative));
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }
}
