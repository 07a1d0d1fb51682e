using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace KestrelL4.FunctionalTests;

/// <summary>
/// A node that cannot start says everything that is wrong at once, where it is and what is allowed, and exits with the code
/// for it.
/// </summary>
public sealed class StartupErrorTests : IDisposable
{
    private const int Invalid = 1;
    private const int CannotStart = 2;
    private const int Usage = 4;

    private readonly NodeSetup _setup = new NodeSetup().Application("echo", new IPEndPoint(IPAddress.Loopback, 9));

    public void Dispose() => _setup.Directory.Dispose();

    [Fact]
    public async Task Run_EmptyConfiguration_NamesWhatIsMissing()
    {
        string file = _setup.Directory.Write("empty.json", "{}");

        ToolResult result = await NodeExecutable.RunAsync(_setup.Directory.Path, "run", "--config", file);

        Fails(Invalid, result, "KestrelL4:Applications", "KestrelL4:Identity", "KestrelL4:ClientAuthorities");
    }

    [Fact]
    public async Task Run_UnknownKey_SuggestsTheNearest()
    {
        _setup.Set("Applications:echo:Listne", "127.0.0.1:0");

        Fails(Invalid, await _setup.RunToExitAsync(), "KestrelL4:Applications:echo:Listne", "Listen", _setup.ConfigurationFile);
    }

    [Fact]
    public async Task Run_SeveralErrors_AreToldAtOnce()
    {
        _setup.Set("Applications:echo:Upstreams:u1:Weight", 1000);
        _setup.Set("Applications:echo:Timeouts:Idle", "24:00:00");
        _setup.Set("Applications:echo:Timeouts:Connect", "30");

        ToolResult result = await _setup.RunToExitAsync();

        Fails(Invalid, result, "Upstreams:u1:Weight", "256", "Timeouts:Idle", "24h", "Timeouts:Connect", "30s");
    }

    [Fact]
    public async Task Check_AsJson_GivesTheSameFindingsAndExitCodes()
    {
        _setup.Write();
        ToolResult none = await CheckAsync("--json");
        Assert.Equal((0, "{\"findings\":[]}", ""), (none.ExitCode, none.Output.Trim(), none.Error));

        string[] broken = ["--set", "KestrelL4:Applications:echo:Timeouts:Connect=30"];
        ToolResult words = await CheckAsync(broken);
        ToolResult json = await CheckAsync([.. broken, "--json"]);

        Assert.Equal((Invalid, Invalid, ""), (words.ExitCode, json.ExitCode, json.Error));
        using JsonDocument answer = JsonDocument.Parse(json.Output);
        Assert.Equal(words.Error.Trim(), Assert.Single(answer.RootElement.GetProperty("findings").EnumerateArray()).GetString());
    }

    [Fact]
    public async Task Run_ListSetTwice_NamesBothSources()
    {
        _setup.Client("alice", "echo");

        ToolResult result = await _setup.RunToExitAsync("--set", "KestrelL4:Clients:alice:Applications:0=other");

        Fails(Invalid, result, "KestrelL4:Clients:alice:Applications", _setup.ConfigurationFile, "--set");
    }

    [Fact]
    public async Task Run_NoJson_NamesTheFile()
    {
        string file = _setup.Directory.Write("broken.json", "{ \"KestrelL4\": ");

        ToolResult result = await NodeExecutable.RunAsync(_setup.Directory.Path, "run", "--config", file);

        Fails(Invalid, result, file);
    }

    [Fact]
    public async Task Run_ConfigurationFileMissing_CannotStart()
    {
        string file = _setup.Directory["missing.json"];

        ToolResult result = await NodeExecutable.RunAsync(_setup.Directory.Path, "run", "--config", file);

        Fails(CannotStart, result, file);
    }

    [Fact]
    public async Task Run_UnknownOption_IsUsage()
    {
        ToolResult result = await NodeExecutable.RunAsync(_setup.Directory.Path, "run", "--confgi", "node.json");

        Fails(Usage, result, "--confgi");
    }

    [Fact]
    public async Task Run_PortTaken_CannotStart()
    {
        using Socket taken = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        taken.Listen();
        string address = taken.LocalEndPoint!.ToString()!;
        _setup.Set("Applications:echo:Listen", address);

        Fails(CannotStart, await _setup.RunToExitAsync(), address);
    }

    [Fact]
    public async Task Run_KeyMissing_IsInvalid()
    {
        File.Delete(_setup.Directory["server.key"]);

        Fails(Invalid, await _setup.RunToExitAsync(), "KestrelL4:Identity:Key", _setup.Directory["server.key"]);
    }

    [Fact]
    public async Task Run_KeyOfAnotherCertificate_IsInvalid()
    {
        (_, string key) = _setup.Authority.Issue(TestSubject.Server()).WriteTo(_setup.Directory.Path, "other");
        _setup.Set("Identity:Key", key);

        Fails(Invalid, await _setup.RunToExitAsync(), "KestrelL4:Identity", key);
    }

    [Fact]
    public async Task Run_KeyReadableByTheWorld_IsInvalid()
    {
        string key = _setup.Directory["server.key"];
        File.SetUnixFileMode(key, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);

        Fails(Invalid, await _setup.RunToExitAsync(), "KestrelL4:Identity:Key", key);
    }

    [Fact]
    public async Task Run_StateDirectoryOpenToOthers_CannotStart()
    {
        string state = _setup.Directory["state"];
        Directory.CreateDirectory(state);
        File.SetUnixFileMode(state, (UnixFileMode)0b111_101_101);

        Fails(CannotStart, await _setup.RunToExitAsync(), state);
    }

    [Fact]
    public async Task Run_ClientAuthorityHoldsOnlyAnIntermediate_IsInvalid()
    {
        TestAuthority intermediate = TestAuthority.CreateRoot().CreateIntermediate("intermediate");
        string file = _setup.Directory.Write("half.crt", intermediate.Chain().First().ExportCertificatePem());
        _setup.Set("ClientAuthorities:main:Certificate", file);

        Fails(Invalid, await _setup.RunToExitAsync(), "KestrelL4:ClientAuthorities:main", file);
    }

    private Task<ToolResult> CheckAsync(params string[] arguments) =>
        NodeExecutable.RunAsync(_setup.Directory.Path, ["check", "--config", _setup.ConfigurationFile, .. arguments]);

    private static void Fails(int exitCode, ToolResult result, params string[] mentions)
    {
        Assert.True(result.ExitCode == exitCode, $"expected exit code {exitCode}, got {result}");
        Assert.All(mentions, mention => Assert.Contains(mention, result.Error, StringComparison.Ordinal));
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
    }
}
