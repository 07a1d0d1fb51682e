using System.Globalization;
using System.Text.Json;

namespace KestrelL4.Bench.Proxies;

/// <summary>The node, as a user runs it: registry, log line per connection and admin endpoint included.</summary>
internal sealed record NodeKind : ProxyKind
{
    private static readonly object Limit = new { MaxConcurrentConnections = 1_000_000, ConnectionsPerWindow = 1_000_000 };

    private readonly string _executable;
    private readonly NodeScale _scale;

    private NodeKind(string executable, string key, string title, NodeScale scale)
        : base(key, title)
    {
        _executable = executable;
        _scale = scale;
    }

    public override string Executable => _executable;

    public override string Remedy => "dotnet build -c Release src/KestrelL4.Cli";

    /// <summary>What a node may have another number of, to see what it costs, by the name of its column.</summary>
    public static IReadOnlyDictionary<string, NodeScale> Scales { get; } = new Dictionary<string, NodeScale>
    {
        ["clients-1000"] = new() { Clients = 1_000 },
        ["clients-100000"] = new() { Clients = 100_000 },
        ["upstreams-1"] = new() { Upstreams = 1 },
        ["upstreams-10"] = new() { Upstreams = 10 },
        ["upstreams-1000"] = new() { Upstreams = 1_000 },
        ["applications-10"] = new() { Applications = 10 },
        ["applications-100"] = new() { Applications = 100 },
        ["limits"] = new() { IsLimited = true },
        ["scraped"] = new() { IsScraped = true },
    };

    /// <summary>With one client, two upstreams, one application.</summary>
    public static NodeKind Plain(string executable) => new(executable, "node", "kestrell4", new NodeScale());

    /// <summary>The same of another build, or with other settings.</summary>
    public static NodeKind Other(string name, string executable) => new(executable, name, name, new NodeScale());

    /// <summary>The node with other numbers, of <see cref="Scales"/>.</summary>
    public static IEnumerable<NodeKind> Scaled(string executable) =>
        Scales.Select(scale => new NodeKind(executable, scale.Key, scale.Key, scale.Value));

    public override async Task<ProxyCommand> ConfigureAsync(ProxySetting setting, string directory, int port)
    {
        int[] free = FreePort.Find(_scale.Applications);
        int admin = free[0];
        object? limit = _scale.IsLimited ? Limit : null;
        var node = new
        {
            StateDirectory = Path.Combine(directory, "state"),
            Identity = new { Certificate = setting.Certificates.Server, Key = setting.Certificates.ServerKey },
            ClientAuthorities = new { main = new { Certificate = setting.Certificates.Authority } },
            Applications = Enumerable.Range(0, _scale.Applications).ToDictionary(
                static number => number == 0 ? "bench" : $"bench-{number}", number => Application(setting, number == 0 ? port : free[number], limit)),
            Clients = Enumerable.Range(0, _scale.Clients).ToDictionary(
                static number => number == 0 ? "bench" : $"bench-{number}", number => Client(setting, number, limit)),
            RateLimit = limit,
            SourceRateLimit = limit,
            Admin = new { Listen = $"127.0.0.1:{admin}" },
        };
        string file = Path.Combine(directory, "node.json");
        await File.WriteAllTextAsync(file, JsonSerializer.Serialize(new { KestrelL4 = node }));
        return new ProxyCommand(["run", "--config", file]) { Scraped = _scale.IsScraped ? new Uri($"http://127.0.0.1:{admin}/metrics") : null };
    }

    private object Application(ProxySetting setting, int port, object? limit) => new
    {
        Listen = $"127.0.0.1:{port}",
        Upstreams = Enumerable.Range(0, _scale.Upstreams).ToDictionary(
            static number => $"u{number}",
            number => new { Address = $"127.0.0.1:{(number % 2 == 0 ? setting.FirstUpstream : setting.SecondUpstream)}" }),
        RateLimit = limit,
        ClientRateLimit = limit,
    };

    private static object Client(ProxySetting setting, int number, object? limit) => new
    {
        // A serial number beside the real one's: as long, and nobody's.
        SerialNumbers = new[] { number == 0 ? setting.Certificates.ClientSerialNumber : string.Create(CultureInfo.InvariantCulture, $"7A{number:X38}") },
        Applications = new[] { "bench" },
        RateLimit = limit,
    };
}
