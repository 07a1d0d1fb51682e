using KestrelL4.Server.Configuration;

namespace KestrelL4.Server.Tests.Configuration;

public sealed class AuthorityTests : IDisposable
{
    private const string Pin = "AB:CD:0000000000000000000000000000000000000000000000000000000000ef";

    private readonly ConfigurationFolder _folder = new();

    public AuthorityTests() => _folder.Write("base.json", $$"""
        { "KestrelL4": {
          "Applications": { "echo": { "Listen": "127.0.0.1:9443", "Upstreams": { "one": { "Address": "127.0.0.1:9001" } } } },
          "Authority": { "Urls": ["https://authority:7443"], "CaPin": "{{Pin}}" }
        } }
        """);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Read_LeastOfIt_NeedsNeitherIdentityNorClientAuthoritiesAndHasTheDefaults()
    {
        NodeConfiguration configuration = _folder.ReadWith().Valid();

        Assert.Null(configuration.Identity);
        Assert.Empty(configuration.ClientAuthorities);
        AuthorityConfiguration authority = configuration.Authority!;
        Assert.Equal([new Uri("https://authority:7443")], authority.Urls);
        Assert.Equal("abcd0000000000000000000000000000000000000000000000000000000000ef", authority.CaPin!.ToString());
        Assert.Null(authority.Ca);
        Assert.Null(authority.JoinTokenFile);
        Assert.Null(authority.Via);
        Assert.Equal(Pathway.Auto, authority.Pathway);
        Assert.Equal(OnUnavailable.ExitOnFirstRun, authority.OnUnavailable);
        Assert.Null(authority.ExitAfter);
        Assert.Equal(7, authority.RenewalAttempts);
        Assert.Equal(OnRenewalExhausted.Degrade, authority.OnRenewalExhausted);
        Assert.Equal(TimeSpan.FromHours(24), authority.MaxStaleness);
        Assert.Equal(OnStale.Deny, authority.OnStale);
    }

    [Fact]
    public void Read_EveryKey_ArrivesInTheConfiguration()
    {
        NodeConfiguration configuration = Read(
            "Authority:Urls:0=https://a:1",
            "Authority:Urls:1=https://[::1]:2",
            "Authority:CaPin=",
            "Authority:Ca=pki/root.crt",
            "Authority:JoinTokenFile=secrets/token",
            "Authority:Via=socks5://proxy:1080",
            "Authority:Pathway=via",
            "Authority:OnUnavailable=KeepRunning",
            "Authority:ExitAfter=5m",
            "Authority:RenewalAttempts=3",
            "Authority:OnRenewalExhausted=Exit",
            "Authority:MaxStaleness=1h",
            "Authority:OnStale=Serve");

        AuthorityConfiguration authority = configuration.Authority!;
        Assert.Equal([new Uri("https://a:1"), new Uri("https://[::1]:2")], authority.Urls);
        Assert.Null(authority.CaPin);
        Assert.Equal(_folder.PathOf("pki/root.crt"), authority.Ca);
        Assert.Equal(_folder.PathOf("secrets/token"), authority.JoinTokenFile);
        Assert.Equal([authority.Ca!, authority.JoinTokenFile!], configuration.Files());
        Assert.Equal(new Uri("socks5://proxy:1080"), authority.Via);
        Assert.Equal(Pathway.Via, authority.Pathway);
        Assert.Equal(OnUnavailable.KeepRunning, authority.OnUnavailable);
        Assert.Equal(TimeSpan.FromMinutes(5), authority.ExitAfter);
        Assert.Equal(3, authority.RenewalAttempts);
        Assert.Equal(OnRenewalExhausted.Exit, authority.OnRenewalExhausted);
        Assert.Equal(TimeSpan.FromHours(1), authority.MaxStaleness);
        Assert.Equal(OnStale.Serve, authority.OnStale);
    }

    [Theory]
    [InlineData("Urls:0", "http://authority:7443")]
    [InlineData("Urls:0", "https://authority:7443/path")]
    [InlineData("Urls:0", "https://authority:7443/?query")]
    [InlineData("Urls:0", "https://user:password@authority:7443")]
    [InlineData("Urls:0", "authority:7443")]
    [InlineData("CaPin", "abcd")]
    [InlineData("CaPin", "xyz0000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("Via", "ftp://proxy:21")]
    [InlineData("Via", "proxy:1080")]
    [InlineData("Pathway", "Detour")]
    [InlineData("OnUnavailable", "Wait")]
    [InlineData("RenewalAttempts", "0")]
    [InlineData("OnRenewalExhausted", "Stop")]
    [InlineData("MaxStaleness", "0s")]
    [InlineData("MaxStaleness", "24")]
    [InlineData("MaxStaleness", "never")]
    [InlineData("OnStale", "Refuse")]
    public void Read_ValueThatIsNone_IsAnErrorAtItsKey(string key, string value) =>
        Refused($"Authority:{key}", $"Authority:{key}={value}");

    [Fact]
    public void Read_NoUrl_IsAnError() => Refused("Authority:Urls", "Authority:Urls=");

    [Fact]
    public void Read_NeitherCaNorPin_SaysThatNoneIsTrustedAtFirstSight() => Assert.Contains(
        "none is trusted at first sight", Refused("Authority:CaPin", "Authority:CaPin=").Problem, StringComparison.Ordinal);

    [Fact]
    public void Read_CaAndPin_KeepsOne() =>
        Assert.Equal("keep one of both", Refused("Authority:CaPin", "Authority:Ca=pki/root.crt").Allowed);

    [Fact]
    public void Read_PathwayViaWithoutVia_IsAnError() => Refused("Authority:Via", "Authority:Pathway=Via");

    [Theory]
    [InlineData("ExitOnFirstRun")]
    [InlineData("Exit")]
    public void Read_ExitAfterWhereNothingWaits_IsAnError(string choice) => Assert.Contains(
        "KeepRunning", Refused("Authority:ExitAfter", "Authority:ExitAfter=1m", $"Authority:OnUnavailable={choice}").Allowed, StringComparison.Ordinal);

    [Fact]
    public void Read_ClientsToo_IsAnErrorThatNamesBoth()
    {
        ConfigurationError error = Refused(
            "Clients", "ClientAuthorities:main:Certificate=ca.crt", "Clients:alice:SerialNumbers:0=5F", "Clients:alice:Applications:0=echo");

        Assert.Equal("remove Clients, or Authority", error.Allowed);
    }

    [Fact]
    public void Read_ClientAuthoritiesAndIdentityToo_StayInForce()
    {
        NodeConfiguration configuration = Read(
            "ClientAuthorities:main:Certificate=ca.crt", "Identity:Certificate=server.crt", "Identity:Key=server.key");

        Assert.Equal(["main"], configuration.ClientAuthorities.Keys);
        Assert.Equal(_folder.PathOf("server.crt"), configuration.Identity!.Certificate);
    }

    [Fact]
    public void Read_HalfAnIdentity_IsAnError() => Refused("Identity:Key", "Identity:Certificate=server.crt");

    [Fact]
    public void Read_ClientAuthorityOfTheReservedName_IsAnError() => Assert.Contains(
        "'authority'", Refused("ClientAuthorities:authority", "ClientAuthorities:authority:Certificate=ca.crt").Allowed, StringComparison.Ordinal);

    [Fact]
    public void Read_UnknownKey_SuggestsTheNearest() =>
        Assert.Equal("did you mean 'JoinTokenFile'?", Refused("Authority:JoinTokenFiles", "Authority:JoinTokenFiles=abc").Allowed);

    [Theory]
    [InlineData("CaPin")]
    [InlineData("Via")]
    [InlineData("Urls__0")]
    public void Read_SecretThatIsWrong_IsNotShown(string key)
    {
        _folder.SecretsDirectory = _folder.PathOf("secrets");
        LeaveUrlsTo("Authority:Urls:0");
        _folder.Write("secrets/KestrelL4__Authority__Urls__0", "https://authority:7443");
        _folder.Write($"secrets/KestrelL4__Authority__{key}", "hunter2");

        ConfigurationError error = Assert.Single(_folder.ReadWith().Errors);

        Assert.DoesNotContain("hunter2", error.ToString(), StringComparison.Ordinal);
    }

    private NodeConfiguration Read(params string[] settings)
    {
        LeaveUrlsTo(settings);
        return _folder.ReadWith(settings).Valid();
    }

    private ConfigurationError Refused(string key, params string[] settings)
    {
        LeaveUrlsTo(settings);
        return _folder.ReadWith(settings).OneError(key);
    }

    // A list comes from one source.
    private void LeaveUrlsTo(params string[] settings)
    {
        if (Array.Exists(settings, static setting => setting.StartsWith("Authority:Urls:", StringComparison.Ordinal)))
        {
            string content = File.ReadAllText(_folder.PathOf("base.json"));
            _folder.Write("base.json", content.Replace("\"Urls\": [\"https://authority:7443\"], ", "", StringComparison.Ordinal));
        }
    }
}
