using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace KestrelL4.FunctionalTests.Deployment;

/// <summary>The Kubernetes manifests as kubectl renders them, once for all tests.</summary>
public sealed class RenderedManifests
{
    /// <summary>The node from files.</summary>
    public const string Base = "base";

    /// <summary>The node that has an authority.</summary>
    public const string Authority = "overlays/authority";

    private readonly Lazy<Task<IReadOnlyList<JsonNode>>> _base = new(static () => RenderAsync(Base));
    private readonly Lazy<Task<IReadOnlyList<JsonNode>>> _authority = new(static () => RenderAsync(Authority));

    /// <summary>The objects of one of them.</summary>
    public Task<IReadOnlyList<JsonNode>> OfAsync(string kustomization) => kustomization == Base ? _base.Value : _authority.Value;

    // Read as objects of the API by the tool itself, which speaks to no cluster for it.
    private static async Task<IReadOnlyList<JsonNode>> RenderAsync(string kustomization)
    {
        ToolResult rendered = await Tool.RunAsync("kubectl", ["kustomize", DeploymentFiles.PathOf($"kubernetes/{kustomization}")]);
        Assert.True(rendered.ExitCode == 0, rendered.ToString());
        using TemporaryDirectory directory = new();
        string file = directory.Write("rendered.yaml", rendered.Output);
        ToolResult read = await Tool.RunAsync("kubectl", ["label", "--local", "--overwrite", "-f", file, "-o", "json", "tested=yes"]);
        Assert.True(read.ExitCode == 0, read.ToString());
        return [.. Documents(read.Output)];
    }

    // One behind the other, without a list around them.
    private static IEnumerable<JsonNode> Documents(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text.TrimEnd());
        for (int at = 0; at < bytes.Length;)
        {
            Utf8JsonReader reader = new(bytes.AsSpan(at), new JsonReaderOptions { AllowMultipleValues = true });
            JsonNode document = JsonNode.Parse(ref reader)!;
            at += (int)reader.BytesConsumed;
            yield return document;
        }
    }
}
