using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace KestrelL4.FunctionalTests.Deployment;

/// <summary>The manifests render, and hold what Kubernetes and the node ask of each other.</summary>
public sealed class KubernetesTests(RenderedManifests manifests) : IClassFixture<RenderedManifests>
{
    private const string Base = RenderedManifests.Base;
    private const string Authority = RenderedManifests.Authority;

    private static readonly JsonDocumentOptions Commented = new() { CommentHandling = JsonCommentHandling.Skip };

    [RequiresToolTheory("kubectl")]
    [InlineData(Base)]
    [InlineData(Authority)]
    public async Task Containers_AsRendered_MayDoNothingTheyNeedNot(string kustomization)
    {
        JsonNode pod = PodOf(await manifests.OfAsync(kustomization));

        Assert.True((bool)pod["securityContext"]!["runAsNonRoot"]!);
        Assert.Equal("RuntimeDefault", (string)pod["securityContext"]!["seccompProfile"]!["type"]!);
        Assert.False((bool)pod["automountServiceAccountToken"]!);
        Assert.All(ContainersOf(pod), static container =>
        {
            JsonNode security = container["securityContext"]!;
            Assert.False((bool)security["allowPrivilegeEscalation"]!);
            Assert.True((bool)security["readOnlyRootFilesystem"]!);
            Assert.Equal("ALL", (string)Assert.Single(security["capabilities"]!["drop"]!.AsArray())!);
            Assert.NotNull(container["resources"]!["limits"]!["memory"]);
        });
    }

    [RequiresToolTheory("kubectl")]
    [InlineData(Base)]
    [InlineData(Authority)]
    public async Task Pod_AsRendered_FitsTheConfiguration(string kustomization)
    {
        IReadOnlyList<JsonNode> objects = await manifests.OfAsync(kustomization);
        JsonNode pod = PodOf(objects);
        JsonNode node = Assert.Single(pod["containers"]!.AsArray())!;
        JsonNode settings = SettingsOf(objects);

        Assert.True(
            Seconds(settings["Drain"]!["Delay"]!) + Seconds(settings["Drain"]!["Timeout"]!) < (int)pod["terminationGracePeriodSeconds"]!);
        JsonNode readiness = node["readinessProbe"]!;
        Assert.True((int)readiness["periodSeconds"]! * (int)readiness["failureThreshold"]! < Seconds(settings["Drain"]!["Delay"]!));
        Assert.Equal("/readyz", (string)readiness["httpGet"]!["path"]!);
        Assert.Equal("/livez", (string)node["livenessProbe"]!["httpGet"]!["path"]!);
        Assert.Equal($"0.0.0.0:{PortOf(node, "admin")}", (string)settings["Admin"]!["Listen"]!);
        Assert.Equal($"0.0.0.0:{PortOf(node, "postgres")}", (string)settings["Applications"]!["postgres"]!["Listen"]!);
        Assert.Single(ContainersOf(pod).Select(static container => (string)container["image"]!).Distinct());
    }

    [RequiresToolTheory("kubectl")]
    [InlineData(Base)]
    [InlineData(Authority)]
    public async Task Files_ThatTheConfigurationNames_AreMountedAndOnlyTheStateIsWritten(string kustomization)
    {
        IReadOnlyList<JsonNode> objects = await manifests.OfAsync(kustomization);
        JsonNode pod = PodOf(objects);
        JsonNode settings = SettingsOf(objects);
        string[] volumes = [.. pod["volumes"]!.AsArray().Select(static volume => (string)volume!["name"]!)];

        Assert.All(ContainersOf(pod), container =>
        {
            JsonNode[] mounts = [.. container["volumeMounts"]!.AsArray().OfType<JsonNode>()];
            Assert.All(mounts, mount => Assert.Contains((string)mount["name"]!, volumes));
            string written = (string)Assert.Single(mounts, static mount => mount["readOnly"] is null)["mountPath"]!;

            // A volume itself is open to its group, which the node refuses.
            Assert.Equal(written, Path.GetDirectoryName((string)settings["StateDirectory"]!));
        });
        string[] read = [.. ContainersOf(pod).Last()["volumeMounts"]!.AsArray().Select(static mount => (string)mount!["mountPath"]!)];
        Assert.All(TextsIn(settings).Where(static text => text.StartsWith("/run/", StringComparison.Ordinal)), file =>
            Assert.Contains(Path.GetDirectoryName(file), read));
        Assert.All(
            pod["volumes"]!.AsArray().Select(static volume => volume!["secret"]).OfType<JsonNode>(),
            static secret => Assert.Equal(0, (int)secret["defaultMode"]! & 0b000_000_111));
    }

    [RequiresToolTheory("kubectl")]
    [InlineData(Base)]
    [InlineData(Authority)]
    public async Task Selectors_AsRendered_MeanThePodsAndNoOthers(string kustomization)
    {
        IReadOnlyList<JsonNode> objects = await manifests.OfAsync(kustomization);
        JsonNode labels = Only(objects, "Deployment")["spec"]!["template"]!["metadata"]!["labels"]!;
        JsonNode[] selectors =
        [
            Only(objects, "Deployment")["spec"]!["selector"]!["matchLabels"]!,
            Only(objects, "PodDisruptionBudget")["spec"]!["selector"]!["matchLabels"]!,
            Only(objects, "Service")["spec"]!["selector"]!,
            .. objects.Where(static each => (string?)each["kind"] == "NetworkPolicy").Select(static each => each["spec"]!["podSelector"]!["matchLabels"]!),
        ];

        Assert.All(selectors, selector => Assert.Equal((string?)labels["app.kubernetes.io/name"], (string?)selector["app.kubernetes.io/name"]));
    }

    [RequiresToolTheory("kubectl")]
    [InlineData(Base)]
    [InlineData(Authority)]
    public async Task Deployment_AsRendered_HasOnlyFieldsThatTheApiKnows(string kustomization)
    {
        JsonNode deployment = Only(await manifests.OfAsync(kustomization), "Deployment");
        using TemporaryDirectory directory = new();
        string file = directory.Write("deployment.json", deployment.ToJsonString());

        // Unlike other verbs this one reads it into the types of the API, which refuse a wrong type and drop what they have no place for.
        ToolResult typed = await Tool.RunAsync("kubectl", ["set", "image", "--local", "-f", file, "*=kestrell4", "-o", "json"]);

        Assert.True(typed.ExitCode == 0, typed.ToString());
        Assert.Empty(PathsIn(deployment).Except(PathsIn(JsonNode.Parse(typed.Output)!)));
    }

    [RequiresToolFact("kubectl")]
    public async Task Authority_AsRendered_EnrolsBeforeTheNodeStarts()
    {
        JsonNode pod = PodOf(await manifests.OfAsync(Authority));

        JsonNode first = Assert.Single(pod["initContainers"]!.AsArray())!;
        Assert.Equal(["enroll", "--once"], first["args"]!.AsArray().Take(2).Select(static each => (string)each!));
        Assert.DoesNotContain(pod["volumes"]!.AsArray(), static volume => (string)volume!["name"]! == "identity");
    }

    private static JsonNode Only(IReadOnlyList<JsonNode> objects, string kind) => Assert.Single(objects, each => (string?)each["kind"] == kind);

    private static JsonNode PodOf(IReadOnlyList<JsonNode> objects) => Only(objects, "Deployment")["spec"]!["template"]!["spec"]!;

    private static IEnumerable<JsonNode> ContainersOf(JsonNode pod) =>
        (pod["initContainers"]?.AsArray() ?? []).Concat(pod["containers"]!.AsArray()).OfType<JsonNode>();

    private static int PortOf(JsonNode container, string name) =>
        (int)Assert.Single(container["ports"]!.AsArray(), port => (string?)port!["name"] == name)!["containerPort"]!;

    private static JsonNode SettingsOf(IReadOnlyList<JsonNode> objects) =>
        JsonNode.Parse((string)Only(objects, "ConfigMap")["data"]!["appsettings.json"]!, documentOptions: Commented)!["KestrelL4"]!;

    private static int Seconds(JsonNode duration) => int.Parse(((string)duration!).TrimEnd('s'), CultureInfo.InvariantCulture);

    private static IEnumerable<string> PathsIn(JsonNode node) => node switch
    {
        JsonObject section => section.SelectMany(static entry => entry.Value is null ? [] : PathsIn(entry.Value)),
        JsonArray list => list.OfType<JsonNode>().SelectMany(PathsIn),
        _ => [node.GetPath()],
    };

    private static IEnumerable<string> TextsIn(JsonNode node) => node switch
    {
        JsonObject section => section.SelectMany(static entry => entry.Value is null ? [] : TextsIn(entry.Value)),
        JsonArray list => list.OfType<JsonNode>().SelectMany(TextsIn),
        _ => node.GetValueKind() == JsonValueKind.String ? [(string)node!] : [],
    };
}
