using System.Globalization;
using System.Runtime.CompilerServices;
using KestrelL4.RateLimiting;
using KestrelL4.Server.Configuration;
using KestrelL4.Server.Configuration.Loading;
using KestrelL4.Server.Configuration.Values;

namespace KestrelL4.Server.Tests.Configuration;

public sealed class DocumentationTests
{
    private static readonly string Root = Path.GetFullPath("../../..", Path.GetDirectoryName(SourceFile())!);

    [Fact]
    public void Example_AsShipped_IsValid()
    {
        ConfigurationReading reading = ConfigurationReader.Read(
            new ConfigurationSources([], SecretsDirectory: null, Settings: []), new Surroundings(Root, new Dictionary<string, string>()));

        NodeConfiguration configuration = reading.Valid();
        Assert.Equal("127.0.0.1:9443", configuration.Applications["echo"].Listen.Text);
        Assert.Equal(Path.Combine(Root, "pki/ca.crt"), configuration.ClientAuthorities["main"].Certificate);
        Assert.Equal("Information", reading.Logging["LogLevel:Default"]);
    }

    [Fact]
    public void Reference_Defaults_AreThoseOfTheRecords()
    {
        var timeouts = new Timeouts();
        var health = new HealthCheckConfiguration();
        const string Application = "Applications:NAME:";
        var expected = new Dictionary<string, object?>
        {
            [Application + "Upstreams:NAME:Weight"] = UpstreamConfiguration.DefaultWeight,
            [Application + "HealthCheck:Active:Interval"] = ActiveCheckConfiguration.DefaultInterval,
            [Application + "HealthCheck:Active:Timeout"] = ActiveCheckConfiguration.DefaultTimeout,
            [Application + "HealthCheck:Active:Rise"] = ActiveCheckConfiguration.DefaultRise,
            [Application + "HealthCheck:Active:Fall"] = ActiveCheckConfiguration.DefaultFall,
            [Application + "HealthCheck:Passive:Failures"] = health.Passive.Failures,
            [Application + "HealthCheck:Passive:Quarantine"] = health.Passive.Quarantine,
            [Application + "HealthCheck:Passive:MaxQuarantine"] = health.Passive.MaxQuarantine,
            [Application + "HealthCheck:PanicThreshold"] = health.PanicThreshold,
            [Application + "HealthCheck:SlowStart"] = health.SlowStart,
            [Application + "HealthCheck:CloseOnDown"] = health.CloseOnDown,
            [Application + "ProxyProtocol:Send"] = new ProxyProtocolConfiguration().Send.ToString(),
            [Application + "Balancing"] = new ApplicationSettings().Balancing.ToString(),
            [Application + "Timeouts:Queue"] = timeouts.Queue,
            [Application + "Timeouts:Handshake"] = ApplicationConfiguration.DefaultHandshakeTimeout,
            [Application + "Timeouts:Connect"] = timeouts.Connect,
            [Application + "Timeouts:Idle"] = timeouts.Idle,
            [Application + "Timeouts:MaxDuration"] = timeouts.MaxDuration,
            [Application + "Timeouts:AfterExpiry"] = timeouts.AfterExpiry,
            ["Accept:MaxConnections"] = new AcceptConfiguration().MaxConnections,
            ["Accept:MaxConcurrentHandshakes"] = new AcceptConfiguration().MaxConcurrentHandshakes,
            ["Overload:StopAccepting"] = new OverloadConfiguration().StopAccepting,
            ["Overload:CloseConnections"] = new OverloadConfiguration().CloseConnections,
            ["Admin:Listen"] = new AdminConfiguration().Listen.Text,
            ["Authority:OnUnavailable"] = new AuthorityConfiguration { Urls = [] }.OnUnavailable.ToString(),
            ["Authority:RenewalAttempts"] = AuthorityConfiguration.DefaultRenewalAttempts,
            ["Authority:OnRenewalExhausted"] = new AuthorityConfiguration { Urls = [] }.OnRenewalExhausted.ToString(),
            ["Authority:MaxStaleness"] = AuthorityConfiguration.DefaultMaxStaleness,
            ["Authority:OnStale"] = new AuthorityConfiguration { Urls = [] }.OnStale.ToString(),
            ["Drain:Delay"] = new DrainConfiguration().Delay,
            ["Drain:Timeout"] = new DrainConfiguration().Timeout,
            ["Window"] = RateLimit.None.Window,
        };
        Dictionary<string, string> documented = DocumentedDefaults();

        Assert.All(expected, pair => Assert.Equal(pair.Value, Parse(documented[pair.Key], pair.Value)));
    }

    private static Dictionary<string, string> DocumentedDefaults() =>
        File.ReadLines(Path.Combine(Root, "docs/configuration.md"))
            .Select(line => line.Split('|'))
            .Where(cells => cells.Length == 6)
            .ToDictionary(cells => cells[1].Trim(' ', '`'), cells => cells[4].Trim(' ', '`'), new HeaderTwice());

    private static object? Parse(string text, object? like) => like switch
    {
        null => text == "never" ? null : text,
        int => int.Parse(text, CultureInfo.InvariantCulture),
        double => double.Parse(text, CultureInfo.InvariantCulture),
        bool => bool.Parse(text),
        TimeSpan => Duration.TryParse(text, out TimeSpan value, out string allowed) ? value : allowed,
        _ => text,
    };

    private static string SourceFile([CallerFilePath] string path = "") => path;

    /// <summary>The two tables repeat their header and rule, which are no keys.</summary>
    private sealed class HeaderTwice : IEqualityComparer<string>
    {
        public bool Equals(string? left, string? right) => left == right && left is not ("key" or "---");

        public int GetHashCode(string text) => text.GetHashCode(StringComparison.Ordinal);
    }
}
