using KestrelL4.Server.Configuration;
using KestrelL4.Testing;

namespace KestrelL4.Server.Tests.Configuration;

public sealed class SourceTests : IDisposable
{
    private readonly ConfigurationFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Read_LaterSources_Win()
    {
        const string Key = "KestrelL4:Accept:MaxConnections";
        _folder.Write("first.json", """{ "KestrelL4": { "Accept": { "MaxConnections": 1 } } }""");
        _folder.Write("second.json", """{ "KestrelL4": { "Accept": { "MaxConnections": 2 } } }""");
        string[] files = ["base.json", "first.json", "second.json"];

        Assert.Equal((2, "second.json"), MaxConnections(_folder.Read(files, [])));
        _folder.Write("secrets/KestrelL4__Accept__MaxConnections", "3\n");
        _folder.SecretsDirectory = "secrets";
        Assert.Equal((3, "secrets"), MaxConnections(_folder.Read(files, [])));
        _folder.Environment["KestrelL4__Accept__MaxConnections"] = "4";
        Assert.Equal((4, "environment"), MaxConnections(_folder.Read(files, [])));
        Assert.Equal((5, "--set"), MaxConnections(_folder.Read(files, [Key + "=5"])));

        static (int Value, string Source) MaxConnections(ConfigurationReading reading) =>
            (reading.Valid().Accept.MaxConnections, reading.SourceOf(Key));
    }

    [Fact]
    public void Read_NoFileNamed_ReadsAppsettingsOfTheWorkingDirectory()
    {
        _folder.Write("appsettings.json", ConfigurationFolder.Base);

        Assert.Equal("echo", Assert.Single(_folder.ReadFiles().Valid().Applications).Key);
    }

    [Fact]
    public void Read_FileNamed_LeavesAppsettingsAlone()
    {
        _folder.Write("appsettings.json", "not JSON");

        _folder.ReadFiles("base.json").Valid();
    }

    [Fact]
    public void Read_NoFileAtAll_ReportsWhatIsMissing()
    {
        string[] keys = [.. _folder.ReadFiles().Errors.Select(error => error.KeyPath)];

        Assert.Equal(
            ["KestrelL4:Identity:Certificate", "KestrelL4:Identity:Key", "KestrelL4:Applications", "KestrelL4:ClientAuthorities"], keys);
    }

    [Fact]
    public void Read_EverythingFromTheEnvironment_IsValid()
    {
        _folder.Environment["KestrelL4__Identity__Certificate"] = "s.crt";
        _folder.Environment["KestrelL4__Identity__Key"] = "s.key";
        _folder.Environment["KestrelL4__ClientAuthorities__main__Certificate"] = "ca.crt";
        _folder.Environment["KestrelL4__Applications__echo__Listen"] = "127.0.0.1:0";
        _folder.Environment["KestrelL4__Applications__echo__Upstreams__one__Address"] = "127.0.0.1:1";
        _folder.Environment["KestrelL4__Clients__alice__SerialNumbers__0"] = "1";
        _folder.Environment["PATH"] = "/bin";

        Assert.Single(_folder.ReadFiles().Valid().Clients);
    }

    [Theory]
    [InlineData("missing.json", null)]
    [InlineData(".", null)]
    [InlineData("base.json", "missing")]
    public void Read_NamedButUnreadable_IsUnreadableAlone(string file, string? secrets)
    {
        _folder.SecretsDirectory = secrets;
        ConfigurationReading reading = _folder.ReadFiles("base.json", file);

        Assert.Equal(secrets ?? file, Assert.Single(reading.Unreadable).Source);
        Assert.Empty(reading.Errors);
        Assert.Null(reading.Configuration);
    }

    [Fact]
    public void Read_SecretsBehindLinks_AreRead()
    {
        _folder.Write("secrets/..2026/KestrelL4__Accept__MaxConnections", "8");
        Directory.CreateSymbolicLink(_folder.PathOf("secrets/..data"), "..2026");
        File.CreateSymbolicLink(_folder.PathOf("secrets/KestrelL4__Accept__MaxConnections"), "..data/KestrelL4__Accept__MaxConnections");
        _folder.SecretsDirectory = "secrets";

        Assert.Equal(8, _folder.ReadFiles("base.json").Valid().Accept.MaxConnections);
    }

    [Fact]
    public void Read_TwoSecretsForOneKey_IsAnError()
    {
        _folder.Write("secrets/KestrelL4__StateDirectory", "a");
        _folder.Write("secrets/KESTRELL4__STATEDIRECTORY", "b");
        _folder.SecretsDirectory = "secrets";

        Assert.Equal("secrets", Assert.Single(_folder.ReadFiles("base.json").Errors).Source);
    }

    [Fact]
    public void Read_MalformedFile_NamesTheLineAndExaminesTheOthers()
    {
        _folder.Write("broken.json", "{\n  \"KestrelL4\": {\n    oops\n");
        ConfigurationReading reading = _folder.Read(["broken.json"], ["KestrelL4:Accept:MaxConnections=many"]);

        Assert.Collection(
            reading.Errors,
            error =>
            {
                Assert.Equal("broken.json", error.Source);
                Assert.Contains("line 3, byte 5", error.Problem, StringComparison.Ordinal);
            },
            error => Assert.Equal("KestrelL4:Accept:MaxConnections", error.KeyPath));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{\"a\": 1, \"A\": 2}")]
    public void Read_NoObjectOfDistinctKeys_IsOneError(string content)
    {
        ConfigurationError error = Assert.Single(_folder.ReadFiles("base.json", _folder.Write("odd.json", content)).Errors);

        Assert.Equal("odd.json", error.Source);
    }

    [Fact]
    public void Read_CommentsTrailingCommasAndByteOrderMark_AreAllowed()
    {
        _folder.Write("over.json", "\uFEFF{ // comment\n \"KestrelL4\": { /* none */ \"Accept\": { \"MaxConnections\": 7, }, }, }");

        Assert.Equal(7, _folder.ReadFiles("base.json", "over.json").Valid().Accept.MaxConnections);
    }

    [Fact]
    public void Read_KeysOfOthers_AreIgnored()
    {
        _folder.Environment["KestrelL4Something"] = "x";
        _folder.Write("over.json", """{ "$schema": "x", "AllowedHosts": "*", "Kestrel": { "Endpoints": {} } }""");
        _folder.Write("secrets/password", "x");
        _folder.SecretsDirectory = "secrets";

        _folder.ReadFiles("base.json", "over.json").Valid();
    }

    [Theory]
    [InlineData("KestrelL4:Accept:MaxConnections")]
    [InlineData("Applications:echo:Listen=127.0.0.1:1")]
    public void Read_SetWithoutValueOrSection_IsAnError(string setting)
    {
        Assert.Equal("--set", Assert.Single(_folder.Read(["base.json"], [setting]).Errors).Source);
    }

    [Fact]
    public async Task Read_PipeAmongTheSecrets_IsUnreadableAndNotAwaited()
    {
        _folder.SecretsDirectory = Directory.CreateDirectory(_folder.PathOf("secrets")).FullName;
        string pipe = Path.Combine(_folder.SecretsDirectory, "KestrelL4__Drain__Delay");
        Assert.Equal(0, (await Tool.RunAsync("mkfifo", [pipe])).ExitCode);

        ConfigurationReading reading = await Eventually.WithinAsync(Task.Run(() => _folder.ReadFiles("base.json")), "the secrets are read");

        Assert.Contains("is no regular file", Assert.Single(reading.Unreadable).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_ManyErrors_ReportsAllWithTheirSources()
    {
        _folder.Environment["KestrelL4__Drain__Timeout"] = "30";
        ConfigurationReading reading = _folder.ReadWith("Accept:MaxConnections=0", "Applications:echo:Listen=nowhere");

        Assert.Equal(
            [
                ("KestrelL4:Applications:echo:Listen", "--set"), ("KestrelL4:Accept:MaxConnections", "--set"),
                ("KestrelL4:Drain:Timeout", "environment"),
            ],
            reading.Errors.Select(error => (error.KeyPath, error.Source)));
    }

    [Fact]
    public void Logging_AllSources_AreMerged()
    {
        _folder.Write("over.json", """{ "Logging": { "LogLevel": { "Default": "Warning", "Other": "Error" } } }""");
        ConfigurationReading reading = _folder.Read(["base.json", "over.json"], ["Logging:LogLevel:Default=Debug"]);

        reading.Valid();
        Assert.Equal("Debug", reading.Logging["LogLevel:Default"]);
        Assert.Equal("Error", reading.Logging["LogLevel:Other"]);
    }

    [Theory]
    [InlineData("Logging:LogLevel:Default=bogus", "bogus")]
    [InlineData("Logging:Console:LogLevel:KestrelL4=loud", "loud")]
    [InlineData("Logging:Console:FormatterOptions:SingleLine=maybe", "maybe")]
    [InlineData("Logging:Console:MaxQueueLength=0", "larger than zero")]
    public void Logging_ValueThatLoggersDoNotTake_IsAnError(string setting, string named)
    {
        ConfigurationError error = Assert.Single(_folder.Read(["base.json"], [setting]).Errors);

        Assert.Equal(("Logging", "--set"), (error.KeyPath, error.Source));
        Assert.Contains(named, error.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Hash_SameContentOtherSource_IsTheSame()
    {
        string hash = _folder.ReadFiles("base.json").Hash;

        Assert.Matches("^[0-9a-f]{16}$", hash);
        Assert.Equal(hash, _folder.ReadWith("applications:ECHO:listen=127.0.0.1:9443").Hash);
        Assert.NotEqual(hash, _folder.ReadWith("Applications:echo:Listen=127.0.0.1:9444").Hash);
    }

    [Fact]
    public void SourceOf_KeyOrNearestAbove_NamesItsSources()
    {
        ConfigurationReading reading = _folder.ReadWith("Identity:Key=other.key");

        Assert.Equal("--set", reading.SourceOf("KestrelL4:Identity:Key"));
        Assert.Equal("base.json and --set", reading.SourceOf("KestrelL4:Identity"));
        Assert.Equal("base.json", reading.SourceOf("KestrelL4:Clients:alice:RateLimit:Window"));
    }
}
