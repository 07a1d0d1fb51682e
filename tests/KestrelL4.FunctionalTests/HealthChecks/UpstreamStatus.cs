using System.Text.Json.Nodes;

namespace KestrelL4.FunctionalTests.HealthChecks;

/// <summary>How a node says that an upstream is.</summary>
internal static class UpstreamStatus
{
    /// <summary>The status and reason of an upstream, and the status of its application's component.</summary>
    public static async Task<(string? Status, string? Reason, string? Component)> UpstreamAsync(this TestNode node, string application, string upstream)
    {
        JsonNode status = await node.StatusAsync();
        JsonNode? found = status["applications"]!.AsArray().First(each => (string?)each!["name"] == application)!["upstreams"]!.AsArray()
            .FirstOrDefault(each => (string?)each!["name"] == upstream);
        return ((string?)found?["status"], (string?)found?["reason"], (string?)status["components"]![$"application:{application}"]!["status"]);
    }

    /// <summary>Waits until an upstream has a status, and gives how long that took, on a machine that had time for it, and the reason.</summary>
    public static async Task<(TimeSpan Took, string? Reason)> UntilUpstreamAsync(this TestNode node, string application, string upstream, string expected)
    {
        FairStopwatch watch = new(node.Process.Id);
        (string? Status, string? Reason, string? Component) seen = default;
        await Eventually.UntilAsync(
            async () => (seen = await node.UpstreamAsync(application, upstream)).Status == expected,
            () => $"{application}/{upstream} becomes {expected}; it is {seen}. The node printed:\n{node.Process.Output}");
        return (watch.Granted, seen.Reason);
    }
}
