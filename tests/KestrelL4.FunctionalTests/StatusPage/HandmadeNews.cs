using System.Text.Json.Nodes;

namespace KestrelL4.FunctionalTests.StatusPage;

/// <summary>One look at a node as <c>/events</c> tells it, of noon, with a text wherever there is one.</summary>
internal static class HandmadeNews
{
    private const string Noon = "2026-01-01T12:00:00Z";

    /// <summary>The events, which tell a page to come back soon.</summary>
    public static string Of(string text, string version) =>
        $"retry: 200\n\n{Event("history", new JsonArray())}{Event("application", Application(text))}{Event("node", Node(text, version))}";

    private static string Event(string type, JsonNode data) => $"event: {type}\ndata: {data.ToJsonString()}\n\n";

    private static JsonObject Application(string text) => new()
    {
        ["key"] = text,
        ["application"] = new JsonObject
        {
            ["name"] = text,
            ["listen"] = text,
            ["status"] = "degraded",
            ["connections"] = 1,
            ["queued"] = 0,
            ["totals"] = new JsonObject { [text] = 1 },
            ["upstreams"] = new JsonArray(new JsonObject
            {
                ["name"] = text,
                ["address"] = text,
                ["status"] = "down",
                ["connections"] = 1,
                ["total"] = 1,
                ["reason"] = text,
                ["since"] = Noon,
            }),
        },
        ["upstreams"] = new JsonObject { ["down"] = 1 },
        ["left"] = 0,
    };

    private static JsonObject Node(string text, string version) => new()
    {
        ["at"] = Noon,
        ["applications"] = new JsonArray(text),
        ["refusals"] = new JsonObject { [text] = 1 },
        ["status"] = new JsonObject
        {
            ["status"] = "degraded",
            ["components"] = new JsonObject { [text] = new JsonObject { ["status"] = "degraded", ["reason"] = text, ["since"] = Noon } },
            ["version"] = version,
            ["node"] = text,
            ["startedAt"] = Noon,
            ["configuration"] = new JsonObject
            {
                ["hash"] = text,
                ["appliedAt"] = Noon,
                ["rejected"] = new JsonObject { ["at"] = Noon, ["errors"] = new JsonArray(text) },
            },
            ["identity"] = new JsonObject { ["notAfter"] = Noon, ["source"] = text },
            ["registry"] = new JsonObject
            {
                ["source"] = text,
                ["epoch"] = 1,
                ["revision"] = 1,
                ["clients"] = 1,
                ["ageSeconds"] = 1,
                ["stale"] = true,
            },
            ["authority"] = new JsonObject
            {
                ["connected"] = false,
                ["since"] = Noon,
                ["lastContact"] = Noon,
                ["failedAttempts"] = 1,
                ["failure"] = text,
            },
            ["limits"] = new JsonArray(new JsonObject
            {
                ["scope"] = text,
                ["application"] = text,
                ["connections"] = 1,
                ["waiting"] = 0,
                ["maxConcurrentConnections"] = 1,
                ["connectionsPerWindow"] = null,
                ["windowSeconds"] = 1,
                ["bytesPerSecond"] = null,
                ["waitUpToSeconds"] = 0,
            }),
        },
    };
}
