using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using DurationText = KestrelL4.Server.Configuration.Values.Duration;

namespace KestrelL4.Server.Tests.Configuration.Schema;

/// <summary>The schema that editors use is what the reader takes, with the words of the reference.</summary>
public sealed partial class SchemaTests : IDisposable
{
    private const string AcceptVariable = "KESTRELL4_ACCEPT_SCHEMA";

    private static readonly JsonDocumentOptions Commented = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    private readonly ConfigurationFolder _folder = new();

    // Those of texts are parts: what stands around them.
    public static TheoryData<string, string> Samples => new()
    {
        { "appsettings.json", "*" },
        { "deploy/kubernetes/base/appsettings.json", "*" },
        { "docs/systemd.md", """{ "KestrelL4": { * } }""" },
        { "docs/proxy-protocol.md", """{ "KestrelL4": { "Applications": { "echo": { * } } } }""" },
    };

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Schema_InTheRepository_IsWhatReaderAndReferenceSay()
    {
        string actual = SchemaWriter.Write(new KeyProbe(_folder).Root());
        string file = SchemaFile.PathOf(SchemaFile.Name);
        if (Environment.GetEnvironmentVariable(AcceptVariable) == "1")
        {
            File.WriteAllText(file, actual);
        }

        Assert.True(actual == File.ReadAllText(file), $"{file} is not what the reader takes. If that is meant, run this test with {AcceptVariable}=1 and review the file's change.");
    }

    [Fact]
    public void Reference_Keys_AreThoseOfTheSchema()
    {
        HashSet<string> inSchema = [.. Keys(Schema()["properties"]!["KestrelL4"]!.AsObject(), "")];

        Assert.All(
            KeyReference.Paths.Where(static path => !path.EndsWith(":APPLICATION", StringComparison.Ordinal)),
            path => Assert.Contains(inSchema, key => key == path || key.EndsWith(":" + path, StringComparison.Ordinal)));
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public void Sample_AsShipped_FitsTheSchema(string name, string around)
    {
        string text = File.ReadAllText(SchemaFile.PathOf(name));
        string[] samples = name.EndsWith(".md", StringComparison.Ordinal) ? [.. JsonBlock().Matches(text).Select(static block => block.Groups[1].Value)] : [text];

        Assert.NotEmpty(samples);
        Assert.All(samples, sample => Assert.Empty(SchemaCheck.Faults(JsonNode.Parse(around.Replace("*", sample, StringComparison.Ordinal), documentOptions: Commented), Schema())));
    }

    [Fact]
    public void Example_AsShipped_NamesTheSchema()
    {
        JsonNode example = JsonNode.Parse(File.ReadAllText(SchemaFile.PathOf("appsettings.json")), documentOptions: Commented)!;

        Assert.Equal(SchemaFile.Name, (string?)example["$schema"]);
    }

    [Theory]
    [InlineData("""{ "KestrelL4": { "Aplications": {} } }""", ":KestrelL4:Aplications: is unknown")]
    [InlineData("""{ "KestrelL4": { "Applications": { "Echo!": {} } } }""", ":KestrelL4:Applications:Echo!: is no name")]
    [InlineData("""{ "KestrelL4": { "Accept": { "MaxConnections": 0 } } }""", ":KestrelL4:Accept:MaxConnections: is out of range")]
    [InlineData("""{ "KestrelL4": { "Accept": { "MaxConnections": 1.5 } } }""", ":KestrelL4:Accept:MaxConnections: is no integer")]
    [InlineData("""{ "KestrelL4": { "SourceRateLimit": { "BytesPerSecond": 1 } } }""", ":KestrelL4:SourceRateLimit:BytesPerSecond: is unknown")]
    [InlineData("""{ "KestrelL4": { "Authority": { "OnStale": "Sometimes" } } }""", ":KestrelL4:Authority:OnStale: is none of [\"Deny\",\"Serve\"]")]
    public void Faults_Mistake_IsTold(string text, string expected) =>
        Assert.Equal(expected, Assert.Single(SchemaCheck.Faults(JsonNode.Parse(text), Schema())));

    [Theory]
    [InlineData("500ms")]
    [InlineData("1.5s")]
    [InlineData("24h")]
    [InlineData("7d")]
    [InlineData("00:00:30")]
    [InlineData("23:59:59.5")]
    [InlineData("2.03:00:00")]
    [InlineData("24:00:00")]
    [InlineData("30")]
    [InlineData("s")]
    [InlineData("5 m")]
    [InlineData("1.s")]
    [InlineData("-1s")]
    [InlineData("1w")]
    [InlineData("00:60:00")]
    public void Duration_Form_IsTheReaders(string text) =>
        Assert.Equal(DurationText.TryParse(text, out _, out _), Regex.IsMatch(text, $"^{SchemaWriter.Duration}$"));

    private static JsonObject Schema() => JsonNode.Parse(File.ReadAllText(SchemaFile.PathOf(SchemaFile.Name)))!.AsObject();

    private static IEnumerable<string> Keys(JsonObject schema, string path) =>
        (schema["properties"] as JsonObject ?? []).SelectMany(key => Below(key.Value!.AsObject(), path.Length == 0 ? key.Key : $"{path}:{key.Key}"))
            .Concat(schema["additionalProperties"] is JsonObject entry ? Below(entry, path + ":NAME") : []);

    private static IEnumerable<string> Below(JsonObject schema, string path) => Keys(schema, path).Prepend(path);

    [GeneratedRegex(@"```jsonc?\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex JsonBlock();
}
