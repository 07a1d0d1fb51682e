using KestrelL4.Server.Configuration;
using KestrelL4.Testing;
using KestrelL4.Testing.Certificates;
using KestrelL4.Testing.Servers;

namespace KestrelL4.Server.Tests;

/// <summary>A configuration on files under which a node would start, to vary.</summary>
internal sealed class NodeSetUp : IAsyncDisposable
{
    public NodeSetUp()
    {
        TestAuthority authority = TestAuthority.CreateRoot();
        authority.WriteTo(Directory.Path, "ca.crt");
        authority.Issue(TestSubject.Server()).WriteTo(Directory.Path, "server");
        File = Directory.Write("node.json", $$"""
            { "KestrelL4": {
              "StateDirectory": "state",
              "Identity": { "Certificate": "server.crt", "Key": "server.key" },
              "ClientAuthorities": { "main": { "Certificate": "ca.crt" } },
              "Applications": { "echo": { "Listen": "127.0.0.1:0", "Upstreams": { "one": { "Address": "{{Upstream.EndPoint}}" } } } },
              "Admin": { "Listen": "127.0.0.1:0" }
            } }
            """);
    }

    public TemporaryDirectory Directory { get; } = new();

    public EchoServer Upstream { get; } = new();

    /// <summary>The configuration file.</summary>
    public string File { get; }

    /// <summary>The file, with settings of keys below <c>KestrelL4</c> over it.</summary>
    public ConfigurationSources With(params string[] settings) => new([File], null, [.. settings.Select(static setting => "KestrelL4:" + setting)]);

    public async ValueTask DisposeAsync()
    {
        await Upstream.DisposeAsync();
        Directory.Dispose();
    }
}
