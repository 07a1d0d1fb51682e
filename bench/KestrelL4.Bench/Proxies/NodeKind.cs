using System.Text.Json;

namespace KestrelL4.Bench.Proxies;

/// <summary>The node, as a user runs it: registry, log line per connection and admin endpoint included.</summary>
internal sealed record NodeKind(string NodeExecutable) : ProxyKind("node", "kestrell4")
{
    public override string Executable => NodeExecutable;

    public override async Task<IReadOnlyList<string>> ConfigureAsync(ProxySetting setting, string directory, int port)
    {
        var node = new
        {
            StateDirectory = Path.Combine(directory, "state"),
            Identity = new { Certificate = setting.Certificates.Server, Key = setting.Certificates.ServerKey },
            ClientAuthorities = new { main = new { Certificate = setting.Certificates.Authority } },
            Applications = new
            {
                bench = new
                {
                    Listen = $"127.0.0.1:{port}",
                    Upstreams = new
                    {
                        a = new { Address = $"127.0.0.1:{setting.FirstUpstream}" },
                        b = new { Address = $"127.0.0.1:{setting.SecondUpstream}" },
                    },
                },
            },
            Clients = new
            {
                bench = new { SerialNumbers = new[] { setting.Certificates.ClientSerialNumber }, Applications = new[] { "bench" } },
            },
            Admin = new { Listen = $"127.0.0.1:{FreePort.Find()}" },
        };
        string file = Path.Combine(directory, "node.json");
        await File.WriteAllTextAsync(file, JsonSerializer.Serialize(new { KestrelL4 = node }));
        return ["run", "--config", file];
    }
}
