using KestrelL4.Server.Configuration;

namespace KestrelL4.Server.Tests.Configuration;

/// <summary>What may lead to the authority, and what could be an option of a program or give a password away.</summary>
public sealed class AuthorityViaTests : IDisposable
{
    private const string Authority = """
        { "Clients": "", "Identity": "", "Authority": { "Urls": ["https://authority:7443"], "Ca": "ca.crt", "Via": "VIA", "SshConfig": "CONFIG" } }
        """;

    private readonly ConfigurationFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("http://proxy:3128")]
    [InlineData("http://user:pass%40word@proxy:3128/")]
    [InlineData("socks5://[::1]:1080")]
    [InlineData("ssh://edge@bastion:2222")]
    [InlineData("ssh://bastion")]
    public void Read_AWayThere_IsTaken(string via) => Assert.Equal(new Uri(via), Read(via, "").Valid().Authority!.Via);

    [Theory]
    [InlineData("ssh://-oProxyCommand=id@bastion")]
    [InlineData("ssh://-oProxyCommand=id")]
    [InlineData("ssh://edge@-bastion")]
    [InlineData("ssh://edge;id@bastion")]
    [InlineData("ssh://edge%20x@bastion")]
    [InlineData("ssh://edge:s3cret@bastion")]
    [InlineData("ftp://edge:s3cret@bastion")]
    [InlineData("http://edge:s3cret@proxy/path")]
    [InlineData("ssh:///")]
    public void Read_NoWayThere_IsRefusedWithoutPasswords(string via) =>
        Assert.DoesNotContain("s3cret", Read(via, "").OneError("Authority:Via").ToString(), StringComparison.Ordinal);

    [Fact]
    public void Read_SshConfig_StartsFromItsFileAndNeedsSsh()
    {
        Assert.Equal(_folder.PathOf("ssh_config"), Read("ssh://edge@bastion", "ssh_config").Valid().Authority!.SshConfig);
        Assert.Contains("of no use", Read("http://proxy:3128", "ssh_config").OneError("Authority:SshConfig").Problem, StringComparison.Ordinal);
        Assert.Contains("of no use", Read("", "ssh_config").OneError("Authority:SshConfig").Problem, StringComparison.Ordinal);
    }

    private ConfigurationReading Read(string via, string config) => _folder.ReadOver(
        Authority.Replace("VIA", via, StringComparison.Ordinal).Replace("CONFIG", config, StringComparison.Ordinal));
}
