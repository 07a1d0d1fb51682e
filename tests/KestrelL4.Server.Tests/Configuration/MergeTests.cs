using KestrelL4.Server.Configuration;

namespace KestrelL4.Server.Tests.Configuration;

public sealed class MergeTests : IDisposable
{
    private readonly ConfigurationFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("null")]
    [InlineData("\"\"")]
    [InlineData("{}")]
    [InlineData("[]")]
    public void Read_NothingWritten_MeansTheDefault(string nothing)
    {
        NodeConfiguration configuration = _folder.ReadOver(
            $$"""
            {
              "Drain": {{nothing}}, "Fleet": {{nothing}},
              "Admin": { "Listen": {{nothing}} }, "Accept": { "MaxConnections": {{nothing}} }
            }
            """).Valid();

        Assert.Equal(new DrainConfiguration(), configuration.Drain);
        Assert.Equal(new AdminConfiguration().Listen, configuration.Admin.Listen);
        Assert.Equal(new AcceptConfiguration(), configuration.Accept);
    }

    [Theory]
    [InlineData("\"\"")]
    [InlineData("null")]
    public void Read_NothingInALaterSource_UnsetsTheValue(string nothing)
    {
        _folder.Write("first.json", """{ "KestrelL4": { "Accept": { "MaxConnections": 5 } } }""");
        _folder.Write("second.json", $$"""{ "KestrelL4": { "Accept": { "MaxConnections": {{nothing}} } } }""");

        Assert.Equal(100_000, _folder.ReadFiles("base.json", "first.json", "second.json").Valid().Accept.MaxConnections);
    }

    [Fact]
    public void Read_EmptyTextForASectionInALaterSource_UnsetsTheWholeSection()
    {
        Assert.Empty(_folder.ReadWith("Clients:alice=").Valid().Clients);
    }

    [Fact]
    public void Read_EmptySectionInALaterSource_LeavesTheEarlierInForce()
    {
        Assert.Single(_folder.ReadOver("""{ "Clients": {} }""").Valid().Clients);
    }

    [Fact]
    public void Read_KeysInAnotherCase_AreTheSameKeys()
    {
        Assert.Equal(3, _folder.ReadWith("ACCEPT:maxconnections=3").Valid().Accept.MaxConnections);
    }

    [Theory]
    [InlineData("Clients:alice:SerialNumbers", "7")]
    [InlineData("Clients:alice:Applications", "echo")]
    public void Read_ListSetByTwoSources_NamesBoth(string key, string value)
    {
        ConfigurationError error = _folder.ReadWith($"{key}:1={value}").OneError(key);

        Assert.Equal("base.json and --set", error.Source);
    }

    [Fact]
    public void Read_AllowedHostsSetByTwoSources_NamesBoth()
    {
        _folder.Environment["KestrelL4__Admin__AllowedHosts__0"] = "a.internal";

        Assert.Equal("environment and --set", _folder.ReadWith("Admin:AllowedHosts:0=b.internal").OneError("Admin:AllowedHosts").Source);
    }

    [Fact]
    public void Read_ListUnsetAndSetAgain_IsTheLaterOne()
    {
        NodeConfiguration configuration = _folder.ReadWith("Clients:alice:SerialNumbers=", "Clients:alice:SerialNumbers:0=7").Valid();

        Assert.Equal("7", Assert.Single(configuration.Clients["alice"].Certificates).SerialNumber);
    }

    [Theory]
    [InlineData("Clients:alice:RateLimits", "5")]
    [InlineData("Admin", "127.0.0.1:1")]
    public void Read_ValueInPlaceOfASection_IsAnError(string key, string value)
    {
        _folder.ReadWith($"{key}={value}").OneError(key);
    }

    [Fact]
    public void Read_ValueInPlaceOfAList_IsAnError()
    {
        _folder.Write("over.json", """{ "KestrelL4": { "Admin": { "AllowedHosts": "a.internal" } } }""");

        _folder.ReadFiles("base.json", "over.json").OneError("Admin:AllowedHosts");
    }

    [Fact]
    public void Read_NamedKeyInAList_IsAnError()
    {
        _folder.ReadWith("Admin:AllowedHosts:first=a.internal").OneError("Admin:AllowedHosts:first");
    }

    [Fact]
    public void Read_SectionInPlaceOfAValue_IsAnError()
    {
        _folder.ReadWith("Applications:echo:Listen:0=127.0.0.1:1").OneError("Applications:echo:Listen");
    }

    [Fact]
    public void Read_RelativePath_StartsFromWhatNamesIt()
    {
        _folder.Write("etc/over.json", """{ "KestrelL4": { "Identity": { "Key": "server.key" } } }""");
        string[] files = ["base.json", "etc/over.json"];
        Assert.Equal(_folder.PathOf("etc/server.key"), _folder.Read(files, []).Valid().Identity!.Key);

        _folder.Write("run/secrets/KestrelL4__Identity__Key", "server.key");
        _folder.SecretsDirectory = "run/secrets";
        Assert.Equal(_folder.PathOf("run/secrets/server.key"), _folder.Read(files, []).Valid().Identity!.Key);

        Assert.Equal(_folder.PathOf("server.key"), _folder.Read(files, ["KestrelL4:Identity:Key=server.key"]).Valid().Identity!.Key);

        _folder.SecretsDirectory = null;
        _folder.Environment["KestrelL4__Identity__Key"] = "../server.key";
        Assert.Equal(Path.GetFullPath("../server.key", _folder.Directory), _folder.Read(files, []).Valid().Identity!.Key);
    }

    [Fact]
    public void Read_StateDirectoryUnset_IsStateBesideTheFirstFile()
    {
        _folder.Write("etc/first.json", ConfigurationFolder.Base);
        _folder.Write("other/second.json", "{}");

        Assert.Equal(_folder.PathOf("etc/state"), _folder.ReadFiles("etc/first.json", "other/second.json").Valid().StateDirectory);
    }

    [Fact]
    public void Read_StateDirectoryOfSystemd_IsTheDefault()
    {
        _folder.Environment["STATE_DIRECTORY"] = "/var/lib/kestrell4:/var/lib/more";

        Assert.Equal("/var/lib/kestrell4", _folder.ReadFiles("base.json").Valid().StateDirectory);
        Assert.Equal(_folder.PathOf("mine"), _folder.ReadWith("StateDirectory=mine").Valid().StateDirectory);
    }
}
