using KestrelL4.Server.Configuration;

namespace KestrelL4.Server.Tests.Configuration;

public sealed class HealthCheckTests : IDisposable
{
    private const string Section = "Applications:echo:HealthCheck";

    private readonly ConfigurationFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Read_NoSection_ProbesNobodyAndQuarantines()
    {
        HealthCheckConfiguration check = Read();

        Assert.Null(check.Active);
        Assert.Equal(new PassiveCheckConfiguration { Failures = 3, Quarantine = TimeSpan.FromSeconds(10), MaxQuarantine = TimeSpan.FromMinutes(5) }, check.Passive);
    }

    [Fact]
    public void Read_EmptyActive_ProbesNobody()
    {
        Assert.Null(_folder.ReadOver("""{ "Applications": { "echo": { "HealthCheck": { "Active": {} } } } }""").Valid().Applications["echo"].HealthCheck.Active);
    }

    [Fact]
    public void Read_ProbeAlone_HasTheDefaults()
    {
        Assert.Equal(
            new ActiveCheckConfiguration { Probe = ProbeKind.Tls, Interval = TimeSpan.FromSeconds(2), Timeout = TimeSpan.FromSeconds(1), Rise = 2, Fall = 3 },
            Read("Active:Probe=tls").Active);
    }

    [Theory]
    [InlineData("Active:Interval=2s")]
    [InlineData("Active:Timeout=1s")]
    [InlineData("Active:Rise=2")]
    [InlineData("Active:Fall=3")]
    public void Read_AnyKeyWithoutProbe_ProbesByTcp(string setting)
    {
        Assert.Equal(
            new ActiveCheckConfiguration { Probe = ProbeKind.Tcp, Interval = TimeSpan.FromSeconds(2), Timeout = TimeSpan.FromSeconds(1), Rise = 2, Fall = 3 },
            Read(setting).Active);
    }

    [Fact]
    public void Read_EveryKey_Arrives()
    {
        HealthCheckConfiguration check = Read(
            "Active:Probe=Https",
            "Active:Interval=500ms",
            "Active:Timeout=300ms",
            "Active:Rise=4",
            "Active:Fall=5",
            "Active:Path=/healthz",
            "Active:Port=8443",
            "Passive:Failures=0",
            "Passive:Quarantine=1s",
            "Passive:MaxQuarantine=1s");

        Assert.Equal(
            new ActiveCheckConfiguration
            {
                Probe = ProbeKind.Https,
                Interval = TimeSpan.FromMilliseconds(500),
                Timeout = TimeSpan.FromMilliseconds(300),
                Rise = 4,
                Fall = 5,
                Path = "/healthz",
                Port = 8443,
            },
            check.Active);
        Assert.Equal(new PassiveCheckConfiguration { Failures = 0, Quarantine = TimeSpan.FromSeconds(1), MaxQuarantine = TimeSpan.FromSeconds(1) }, check.Passive);
    }

    [Theory]
    [InlineData("Active:Probe", "Active:Probe=Udp")]
    [InlineData("Active:Probe", "Active:Probe=0")]
    [InlineData("Active:Probe", "Active:Probe=Udp", "Active:Path=/")]
    [InlineData("Active:Interval", "Active:Probe=Tcp", "Active:Interval=0s")]
    [InlineData("Active:Interval", "Active:Probe=Tcp", "Active:Interval=9ms")]
    [InlineData("Active:Interval", "Active:Probe=Tcp", "Active:Interval=2")]
    [InlineData("Active:Timeout", "Active:Probe=Tcp", "Active:Timeout=never")]
    [InlineData("Active:Rise", "Active:Probe=Tcp", "Active:Rise=0")]
    [InlineData("Active:Fall", "Active:Probe=Tcp", "Active:Fall=-1")]
    [InlineData("Active:Path", "Active:Probe=Http")]
    [InlineData("Active:Path", "Active:Probe=Https")]
    [InlineData("Active:Path", "Active:Probe=Http", "Active:Path=healthz")]
    [InlineData("Active:Path", "Active:Probe=Http", "Active:Path=/a b")]
    [InlineData("Active:Path", "Active:Probe=Http", "Active:Path=/a\r\nX: y")]
    [InlineData("Active:Path", "Active:Probe=Http", "Active:Path=/gesundheitsprüfung")]
    [InlineData("Active:Port", "Active:Probe=Http", "Active:Path=/", "Active:Port=0")]
    [InlineData("Active:Port", "Active:Probe=Http", "Active:Path=/", "Active:Port=65536")]
    [InlineData("Active:Intervall", "Active:Probe=Tcp", "Active:Intervall=1s")]
    [InlineData("Passive:Failures", "Passive:Failures=-1")]
    [InlineData("Passive:Quarantine", "Passive:Quarantine=0s")]
    [InlineData("Passive:MaxQuarantine", "Passive:MaxQuarantine=9s")]
    [InlineData("Passive:MaxQuarantine", "Passive:Quarantine=1h", "Passive:MaxQuarantine=1m")]
    [InlineData("Passive:Quarantine", "Passive:Quarantine=10m")]
    [InlineData("Passive:Quarantin", "Passive:Quarantin=10s")]
    public void Read_WhatCannotBe_IsOneErrorAtItsKey(string key, params string[] settings)
    {
        _folder.ReadWith([.. settings.Select(static setting => $"{Section}:{setting}")]).OneError($"{Section}:{key}");
    }

    [Theory]
    [InlineData("Tcp")]
    [InlineData("Tls")]
    public void Read_PathAndPortBesideAnotherProbe_AreTakenAndNotUsed(string probe)
    {
        ActiveCheckConfiguration check = _folder.ReadWith(
            $"{Section}:Active:Probe={probe}", $"{Section}:Active:Path=/healthz", $"{Section}:Active:Port=8080")
            .Understood.Applications["echo"].HealthCheck.Active!;

        Assert.Equal((null, null), (check.Path, check.Port));
    }

    [Fact]
    public void Read_PortWithAUnixSocket_IsAnError()
    {
        _folder.ReadWith($"{Section}:Active:Probe=Http", $"{Section}:Active:Path=/", $"{Section}:Active:Port=80", "Applications:echo:Upstreams:two:Address=unix:/run/two")
            .OneError($"{Section}:Active:Port");
    }

    [Fact]
    public void Read_NoSuchProbe_NamesThoseThereAre()
    {
        ConfigurationError error = _folder.ReadWith($"{Section}:Active:Probe=Udp").OneError($"{Section}:Active:Probe");

        Assert.Equal("write Tcp, Tls, Http or Https", error.Allowed);
    }

    private HealthCheckConfiguration Read(params string[] settings) =>
        _folder.ReadWith([.. settings.Select(static setting => $"{Section}:{setting}")]).Valid().Applications["echo"].HealthCheck;
}
