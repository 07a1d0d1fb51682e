using KestrelL4.Server.Configuration;
using KestrelL4.Upstreams;

namespace KestrelL4.Server.Tests.Configuration;

public sealed class KeyTests : IDisposable
{
    private readonly ConfigurationFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("Applications:echo", "Lisen", "Listen")]
    [InlineData("Applications:echo:Upstreams:one", "Adress", "Address")]
    [InlineData("Applications:echo:Timeouts", "Idel", "Idle")]
    [InlineData("Applications:echo:HealthCheck", "SlowStar", "SlowStart")]
    [InlineData("Applications:echo:ClientRateLimit", "MaxConcurentConnections", "MaxConcurrentConnections")]
    [InlineData("Clients:alice", "SerialNumber", "SerialNumbers")]
    [InlineData("ClientAuthorities:main", "certificat", "Certificate")]
    [InlineData("Identity", "Keys", "Key")]
    [InlineData("Accept", "MaxConections", "MaxConnections")]
    [InlineData("Admin", "AllowedHost", "AllowedHosts")]
    [InlineData("Drain", "TimeOuts", "Timeout")]
    public void Read_UnknownKey_SuggestsTheNearest(string section, string unknown, string nearest)
    {
        ConfigurationError error = _folder.ReadWith($"{section}:{unknown}=1").OneError($"{section}:{unknown}");

        Assert.Equal($"did you mean '{nearest}'?", error.Allowed);
    }

    [Fact]
    public void Read_UnknownSection_IsOneErrorAtItsTop()
    {
        ConfigurationError error = _folder.ReadOver("""{ "Aplications": { "a": { "b": 1 }, "c": 2 } }""").OneError("Aplications");

        Assert.Equal("unknown key", error.Problem);
        Assert.Equal("over.json", error.Source);
    }

    [Fact]
    public void Read_KeyLikeNoOther_NamesTheKnownOnes()
    {
        ConfigurationError error = _folder.ReadWith("Drain:Patience=1").OneError("Drain:Patience");

        Assert.Contains("Delay, Timeout", error.Allowed, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Fleet", ":PostgreSql=Host=a")]
    [InlineData("Admin:Certificate", "=a")]
    [InlineData("Admin:Key", "=a")]
    [InlineData("Admin:ClientCa", "=a")]
    public void Read_KeyOfALaterVersion_IsRefused(string key, string value)
    {
        Assert.Contains("not supported by this version", _folder.ReadWith(key + value).OneError(key).Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Fleet=")]
    public void Read_KeyOfALaterVersionAsThisOneDoesIt_IsAccepted(string setting)
    {
        _folder.ReadWith(setting).Valid();
    }

    [Theory]
    [InlineData("Identity:Certificate")]
    [InlineData("Identity:Key")]
    [InlineData("ClientAuthorities:main:Certificate")]
    [InlineData("ClientAuthorities")]
    [InlineData("Applications:echo:Listen")]
    [InlineData("Applications:echo:Upstreams:one:Address")]
    [InlineData("Applications:echo:Upstreams")]
    [InlineData("Clients:alice:SerialNumbers")]
    public void Read_RequiredKeyUnset_IsAnError(string key)
    {
        _folder.ReadWith($"{key}=").OneError(key);
    }

    [Fact]
    public void Read_NoApplication_IsAnError()
    {
        _folder.ReadWith("Applications=", "Clients=").OneError("Applications");
    }

    [Theory]
    [InlineData("Accept:MaxConnections", "0")]
    [InlineData("Accept:MaxConcurrentHandshakes", "-1")]
    [InlineData("Applications:echo:Upstreams:one:Weight", "257")]
    [InlineData("Applications:echo:Upstreams:one:Weight", "1.0")]
    [InlineData("Applications:echo:Upstreams:one:MaxConnections", "0")]
    [InlineData("RateLimit:MaxConcurrentConnections", "0")]
    [InlineData("RateLimit:ConnectionsPerWindow", "1e3")]
    [InlineData("SourceRateLimit:ConnectionsPerWindow", "99999999999999999999")]
    [InlineData("Applications:echo:RateLimit:Window", "0s")]
    [InlineData("Applications:echo:Timeouts:Connect", "0s")]
    [InlineData("Applications:echo:Timeouts:Handshake", "00:00:00")]
    [InlineData("Applications:echo:Timeouts:Handshake", "never")]
    [InlineData("Applications:echo:Timeouts:Idle", "0s")]
    [InlineData("Applications:echo:Timeouts:MaxDuration", "0s")]
    [InlineData("Applications:echo:Timeouts:AfterExpiry", "-1s")]
    [InlineData("Applications:echo:Timeouts:Queue", "never")]
    [InlineData("Applications:echo:Balancing", "Random")]
    [InlineData("Applications:echo:Balancing", "1")]
    [InlineData("Applications:echo:Balancing", "RoundRobin, ClientHash")]
    [InlineData("Applications:echo:HealthCheck:PanicThreshold", "1.1")]
    [InlineData("Applications:echo:HealthCheck:PanicThreshold", "-0.1")]
    [InlineData("Applications:echo:HealthCheck:PanicThreshold", "50%")]
    [InlineData("Applications:echo:HealthCheck:PanicThreshold", "NaN")]
    [InlineData("Applications:echo:HealthCheck:PanicThreshold", "-Infinity")]
    [InlineData("Applications:echo:HealthCheck:SlowStart", "10")]
    [InlineData("Applications:echo:HealthCheck:CloseOnDown", "1")]
    [InlineData("Drain:Timeout", "30")]
    [InlineData("Applications:echo:Upstreams:one:Backup", "yes")]
    [InlineData("Clients:alice:Disabled", "1")]
    [InlineData("Admin:AllowedHosts:0", "a.internal:80")]
    public void Read_ValueOutOfRange_IsAnErrorAtItsKey(string key, string value)
    {
        _folder.ReadWith($"{key}={value}").OneError(key);
    }

    [Fact]
    public void Read_UnknownBalancing_NamesAllThereAre()
    {
        ConfigurationError error = _folder.ReadWith("Applications:echo:Balancing=Random").OneError("Applications:echo:Balancing");

        Assert.Equal("write LeastConnections, RoundRobin, PowerOfTwoChoices or ClientHash", error.Allowed);
    }

    [Theory]
    [InlineData("0s")]
    [InlineData("never")]
    [InlineData("24:00:00")]
    [InlineData("24")]
    public void Read_MaxRevocationAgeOfNoSense_IsAnError(string value)
    {
        _folder.ReadWith("ClientAuthorities:main:RevocationList=ca.crl", $"ClientAuthorities:main:MaxRevocationAge={value}")
            .OneError("ClientAuthorities:main:MaxRevocationAge");
    }

    [Fact]
    public void Read_MaxRevocationAgeWithoutAList_SaysWhatToDo()
    {
        ConfigurationError error = _folder.ReadWith("ClientAuthorities:main:MaxRevocationAge=24h").OneError("ClientAuthorities:main:MaxRevocationAge");

        Assert.Equal("name the list's file in RevocationList, or remove it", error.Allowed);
    }

    [Fact]
    public void Read_NoRevocationList_LeavesBothUnset()
    {
        ClientAuthorityConfiguration authority = _folder.ReadWith().Valid().ClientAuthorities["main"];

        Assert.Null(authority.RevocationList);
        Assert.Null(authority.MaxRevocationAge);
    }

    [Fact]
    public void Read_EveryKey_ArrivesInTheConfiguration()
    {
        NodeConfiguration configuration = _folder.ReadWith(
            "ClientAuthorities:main:RevocationList=pki/ca.crl",
            "ClientAuthorities:main:MaxRevocationAge=24h",
            "Applications:echo:Upstreams:one:Weight=0",
            "Applications:echo:Upstreams:one:MaxConnections=7",
            "Applications:echo:Upstreams:one:Backup=True",
            "Applications:echo:Timeouts:Handshake=1s",
            "Applications:echo:Timeouts:Connect=2s",
            "Applications:echo:Timeouts:Idle=never",
            "Applications:echo:Timeouts:MaxDuration=8h",
            "Applications:echo:Timeouts:AfterExpiry=never",
            "Applications:echo:Timeouts:Queue=4s",
            "Applications:echo:Balancing=clienthash",
            "Applications:echo:HealthCheck:PanicThreshold=0.5",
            "Applications:echo:HealthCheck:SlowStart=30s",
            "Applications:echo:HealthCheck:CloseOnDown=true",
            "Applications:echo:RateLimit:MaxConcurrentConnections=11",
            "Applications:echo:ClientRateLimit:ConnectionsPerWindow=12",
            "Applications:echo:ClientRateLimit:Window=3s",
            "Clients:alice:RateLimit:MaxConcurrentConnections=13",
            "Clients:alice:RateLimits:ECHO:MaxConcurrentConnections=14",
            "Clients:alice:Disabled=true",
            "RateLimit:MaxConcurrentConnections=15",
            "SourceRateLimit:MaxConcurrentConnections=16",
            "Accept:MaxConcurrentHandshakes=17",
            "Admin:AllowedHosts:0=node.internal",
            "Drain:Delay=5s").Valid();

        ClientAuthorityConfiguration authority = configuration.ClientAuthorities["main"];
        Assert.Equal(_folder.PathOf("pki/ca.crl"), authority.RevocationList);
        Assert.Equal(TimeSpan.FromHours(24), authority.MaxRevocationAge);

        ApplicationConfiguration application = configuration.Applications["Echo"];
        UpstreamConfiguration upstream = application.Upstreams["one"];
        Assert.Equal((0, 7, true), (upstream.Weight, upstream.MaxConnections, upstream.Backup));
        Assert.Equal(TimeSpan.FromSeconds(1), application.HandshakeTimeout);
        Assert.Equal(
            new Timeouts { Connect = TimeSpan.FromSeconds(2), Idle = null, MaxDuration = TimeSpan.FromHours(8), AfterExpiry = null, Queue = TimeSpan.FromSeconds(4) },
            application.Timeouts);
        Assert.Equal(Balancing.ClientHash, application.Balancing);
        Assert.Equal(
            new HealthCheckConfiguration { PanicThreshold = 0.5, SlowStart = TimeSpan.FromSeconds(30), CloseOnDown = true },
            application.HealthCheck);
        Assert.Equal(11, application.RateLimit.MaxConcurrentConnections);
        Assert.Equal((12, TimeSpan.FromSeconds(3)), (application.ClientRateLimit.ConnectionsPerWindow, application.ClientRateLimit.Window));
        ClientConfiguration client = configuration.Clients["ALICE"];
        Assert.Equal(13, client.RateLimit.MaxConcurrentConnections);
        Assert.Equal(14, client.RateLimits["echo"].MaxConcurrentConnections);
        Assert.True(client.Disabled);
        Assert.Equal(15, configuration.RateLimit.MaxConcurrentConnections);
        Assert.Equal(16, configuration.SourceRateLimit.MaxConcurrentConnections);
        Assert.Equal(17, configuration.Accept.MaxConcurrentHandshakes);
        Assert.Equal(["node.internal"], configuration.Admin.AllowedHosts);
        Assert.Equal(TimeSpan.FromSeconds(5), configuration.Drain.Delay);
    }
}
