using System.Text.Json.Nodes;

namespace KestrelL4.FunctionalTests.Authority;

/// <summary>The verbs of <c>kestrell4 authority</c>: what they print, write and return.</summary>
public sealed class AuthorityVerbTests : IAsyncLifetime
{
    private const string OpenSsl = "openssl";

    private RunningAuthority _authority = null!;

    public async Task InitializeAsync() => _authority = await RunningAuthority.StartAsync();

    public async Task DisposeAsync() => await _authority.DisposeAsync();

    [Fact]
    public async Task Token_Create_PrintsTheTokenAlone() =>
        Assert.Matches(@"\A[0-9a-f]{64}\z", await _authority.DoAsync("token", "create", "edge-1", "--host", "edge.example.com", "10.0.0.5", "--expires", "1h", "--uses", "2"));

    [Fact]
    public async Task Verbs_ForPrograms_AnswerInJson()
    {
        Assert.Matches(
            """\A{"token":"[0-9a-f]{64}","expiresAt":"[^"]+"}\z""",
            await _authority.DoAsync("token", "create", "edge-1", "--host", "edge.example.com", "--json"));
        Assert.StartsWith("""{"text":""", await _authority.DoAsync("client", "add", "bob", "--application", "*", "--json"), StringComparison.Ordinal);
        JsonNode issued = JsonNode.Parse(await _authority.DoAsync("client", "issue", "bob", "--out", "out", "--json"))!;
        Assert.Equal(["certificate", "key", "serialNumber", "notAfter"], issued.AsObject().Select(static each => each.Key));
        Assert.StartsWith("authority:", (string)issued["serialNumber"]!, StringComparison.Ordinal);
        Assert.NotNull(JsonNode.Parse(await _authority.DoAsync("pin", "--json"))!["caPin"]);

        ToolResult refused = await _authority.RunAsync("client", "revoke", "nobody", "--json");

        Assert.Equal((1, ""), (refused.ExitCode, refused.Error));
        Assert.Contains("there is no client 'nobody'", (string)JsonNode.Parse(refused.Output)!["errors"]![0]!, StringComparison.Ordinal);
    }

    [RequiresToolFact(OpenSsl)]
    public async Task Client_Issue_WritesKeyAndCertificateThatTheRegistryKnows()
    {
        await _authority.DoAsync("client", "add", "alice", "--application", "postgres", "redis");
        string printed = await _authority.DoAsync("client", "issue", "alice", "--out", "out", "--days", "30");

        await _authority.ToolAsync(OpenSsl, "verify", "-x509_strict", "-CAfile", "ca/ca.crt", "-untrusted", "out/alice.crt", "-purpose", "sslclient", "out/alice.crt");
        string serial = (await _authority.ToolAsync(OpenSsl, "x509", "-in", "out/alice.crt", "-noout", "-serial")).Trim()["serial=".Length..];
        Assert.Contains($"authority:{serial}", printed, StringComparison.Ordinal);
        Assert.Contains($"authority:{serial}", await _authority.DoAsync("client", "list"), StringComparison.Ordinal);
        Assert.NotEmpty(JsonNode.Parse(await _authority.DoAsync("client", "list", "--json"))!["clients"]!.AsObject());
        Assert.NotNull(JsonNode.Parse(await _authority.DoAsync("status", "--json"))!["caPin"]);
        Assert.NotNull(JsonNode.Parse(await _authority.DoAsync("node", "list", "--json"))!["nodes"]);
        Assert.NotNull(JsonNode.Parse(await _authority.DoAsync("administrator", "list", "--json"))!["administrators"]);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_authority["out/alice.key"]));
        Assert.DoesNotContain("PRIVATE", File.ReadAllText(_authority["ca/registry.json"]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Client_IssueWhereAFileIs_RefusesBeforeAnythingIsIssued()
    {
        await _authority.DoAsync("client", "add", "alice", "--application", "*");
        await _authority.DoAsync("client", "issue", "alice", "--out", "out");
        string before = File.ReadAllText(_authority["ca/registry.json"]);

        ToolResult again = await _authority.RunAsync("client", "issue", "alice", "--out", "out");

        Assert.Equal(1, again.ExitCode);
        Assert.Contains("alice.crt", again.Error, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllText(_authority["ca/registry.json"]));
        Assert.True(File.Exists(_authority["out/alice.key"]));
    }

    [Fact]
    public async Task Client_IssueOfAnUnknownClient_LeavesNoFile()
    {
        ToolResult result = await _authority.RunAsync("client", "issue", "nobody", "--out", "out");

        Assert.Equal(1, result.ExitCode);
        Assert.StartsWith("kestrell4 authority client issue: there is no client 'nobody'", result.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFiles(_authority["out"]));
    }

    [Fact]
    public async Task Certificate_RevokeWithoutPrefixInAMixedFleet_IsRefusedAndSaysWhatToWrite()
    {
        await _authority.DoAsync("client", "add", "alice", "--serial-number", "main:01", "--application", "*");

        ToolResult result = await _authority.RunAsync("certificate", "revoke", "01");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("main:01 or authority:01", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Restore_NewEpoch_GoesUp()
    {
        Assert.Contains("epoch 2", await _authority.DoAsync("restore", "--new-epoch"), StringComparison.Ordinal);
        Assert.Equal(4, (await _authority.RunAsync("restore")).ExitCode);
    }

    [Theory]
    [InlineData("token", "create", "edge-1", "--host", "no host")]
    [InlineData("token", "create", "edge-1", "--host", "h", "--expires", "1")]
    [InlineData("token", "create", "edge-1")]
    [InlineData("client", "add", "../x", "--application", "*")]
    [InlineData("client", "set", "alice", "--no-limit", "--window", "1s")]
    [InlineData("client", "issue", "alice")]
    public async Task Verb_WrongUsage_IsFour(params string[] arguments) => Assert.Equal(4, (await _authority.RunAsync(arguments)).ExitCode);

    [Fact]
    public async Task Verb_WithoutAuthority_IsThree()
    {
        _authority.Process.Terminate();
        Assert.Equal(0, await _authority.Process.WaitForExitAsync());

        ToolResult result = await _authority.RunAsync("pin");

        Assert.Equal(3, result.ExitCode);
        Assert.Contains("admin.sock", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_DirectoryOfARunningAuthority_IsTwo()
    {
        ToolResult second = await _authority.RunAsync("run", "--listen", "127.0.0.1:0", "--host", "localhost");

        Assert.Equal(2, second.ExitCode);
        Assert.Contains("in use by another authority", second.Error, StringComparison.Ordinal);
        await _authority.DoAsync("pin");
    }

    [Fact]
    public async Task Run_KeyOfAnotherAuthority_IsOneAndNamesTheFile()
    {
        _authority.Process.Terminate();
        await _authority.Process.WaitForExitAsync();
        File.Copy(_authority["ca/clients.key"], _authority["ca/nodes.key"], overwrite: true);

        ToolResult result = await _authority.RunAsync("run", "--listen", "127.0.0.1:0", "--host", "localhost");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("nodes.key", result.Error, StringComparison.Ordinal);
    }
}
