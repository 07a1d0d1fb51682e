using KestrelL4.Server.Configuration;

namespace KestrelL4.Server.Tests.Configuration;

public sealed class UpstreamTlsTests : IDisposable
{
    private const string Own = "Applications:echo:UpstreamTls";
    private const string Replacing = "Applications:echo:Upstreams:one:UpstreamTls";

    private readonly ConfigurationFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(Own)]
    [InlineData(Replacing)]
    public void Read_EveryKey_PathsAreAbsoluteAndWatched(string section)
    {
        NodeConfiguration configuration = _folder.ReadWith(
            $"{section}:ServerName=db.internal", $"{section}:Ca=ca.crt", $"{section}:Certificate=node.crt", $"{section}:Key=node.key").Valid();

        UpstreamTlsSection found = Assert.Single(configuration.UpstreamTls());
        Assert.Equal(("echo", "KestrelL4:" + section), (found.Application, found.KeyPath));
        Assert.Equal(
            new UpstreamTlsConfiguration
            {
                ServerName = "db.internal",
                Ca = _folder.PathOf("ca.crt"),
                Certificate = _folder.PathOf("node.crt"),
                Key = _folder.PathOf("node.key"),
            },
            found.Configuration);
        Assert.Subset(configuration.Files().ToHashSet(), found.Configuration.Files().ToHashSet());
    }

    [Theory]
    [InlineData("""{ "Applications": { "echo": { "UpstreamTls": {} } } }""")]
    [InlineData("""{ "Applications": { "echo": { "UpstreamTls": { "Ca": "" }, "Upstreams": { "one": { "UpstreamTls": null } } } } }""")]
    public void Read_NothingIsSet_IsPlain(string section) => Assert.Empty(_folder.ReadOver(section).Valid().UpstreamTls());

    [Theory]
    [InlineData(Own, "Certificate", "Key")]
    [InlineData(Own, "Key", "Certificate")]
    [InlineData(Replacing, "Certificate", "Key")]
    public void Read_HalfOfACertificate_IsAnError(string section, string given, string missing) =>
        _folder.ReadWith($"{section}:{given}=node.pem").OneError($"{section}:{missing}");

    [Theory]
    [InlineData("db.internal:5432")]
    [InlineData("*.internal")]
    [InlineData("d b")]
    public void Read_ServerNameIsNoName_IsAnError(string name) => _folder.ReadWith($"{Own}:ServerName={name}").OneError($"{Own}:ServerName");

    [Theory]
    [InlineData("10.0.0.1")]
    [InlineData("fd00::1")]
    [InlineData("db")]
    public void Read_ServerNameIsNameOrAddress_IsValid(string name) => _folder.ReadWith($"{Own}:ServerName={name}").Valid();

    [Fact]
    public void Read_UnknownKey_NamesTheNearest() =>
        Assert.Contains("ServerName", _folder.ReadWith($"{Own}:ServeName=db").OneError($"{Own}:ServeName").Allowed, StringComparison.Ordinal);

    [Theory]
    [InlineData(Own)]
    [InlineData(Replacing)]
    public void Read_UnixSocketWithoutServerName_IsAnError(string section)
    {
        const string Socket = "Applications:echo:Upstreams:one:Address=unix:/run/db.sock";

        _folder.ReadWith(Socket, $"{section}:Ca=ca.crt").OneError("Applications:echo:Upstreams:one:Address");
        _folder.ReadWith(Socket, $"{section}:Ca=ca.crt", $"{section}:ServerName=db").Valid();
    }

    [Theory]
    [InlineData("127.0.0.1:9001")]
    [InlineData("unix:/run/db.sock")]
    public void Read_ExpandWithoutAHost_IsAnError(string address) =>
        _folder.ReadWith($"Applications:echo:Upstreams:one:Address={address}", "Applications:echo:Upstreams:one:Expand=true")
            .OneError("Applications:echo:Upstreams:one:Expand");

    [Fact]
    public void Read_ExpandWithAHost_IsValid() =>
        Assert.True(_folder.ReadWith("Applications:echo:Upstreams:one:Address=db.internal:5432", "Applications:echo:Upstreams:one:Expand=true")
            .Valid().Applications["echo"].Upstreams["one"].Expand);
}
