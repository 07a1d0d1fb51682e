using System.Net;

namespace KestrelL4.FunctionalTests.Authority;

/// <summary>Every route against everybody who may knock, over the wire.</summary>
public sealed class AuthorityRolesTests : IAsyncLifetime
{
    private const string OpenSsl = "openssl";
    private const string Curl = "curl";

    private static readonly (string Method, string Route)[] NodeRoutes = [("GET", "/v1/ping"), ("GET", "/v1/registry"), ("GET", "/v1/registry/events")];

    private static readonly (string Method, string Route)[] AdministratorRoutes =
    [
        ("GET", "/v1/admin"), ("POST", "/v1/admin/tokens"), ("GET", "/v1/admin/nodes"), ("DELETE", "/v1/admin/nodes/edge-1"),
        ("GET", "/v1/admin/clients"), ("POST", "/v1/admin/clients"), ("PATCH", "/v1/admin/clients/alice"), ("DELETE", "/v1/admin/clients/alice"),
        ("POST", "/v1/admin/clients/alice/certificates"), ("DELETE", "/v1/admin/certificates/authority:01"),
        ("GET", "/v1/admin/administrators"), ("POST", "/v1/admin/administrators"), ("DELETE", "/v1/admin/administrators/01"), ("POST", "/v1/admin/epoch"),
    ];

    private RunningAuthority _authority = null!;

    public async Task InitializeAsync() => _authority = await RunningAuthority.StartAsync();

    public async Task DisposeAsync() => await _authority.DisposeAsync();

    [RequiresToolFact(OpenSsl, Curl)]
    public async Task Routes_EveryRole_OpenToTheirOwnAlone()
    {
        await _authority.JoinAsync("edge-1");
        await _authority.DoAsync("client", "add", "alice", "--application", "*");
        await _authority.DoAsync("client", "issue", "alice", "--out", ".");
        TestAuthority.CreateRoot().Issue(new TestSubject("edge-1")).WriteTo(_authority["."], "stranger");
        string before = File.ReadAllText(_authority["ca/registry.json"]);

        await ExpectAsync("edge-1", NodeRoutes, HttpStatusCode.OK);
        await ExpectAsync("edge-1", AdministratorRoutes, HttpStatusCode.Forbidden);
        await ExpectAsync(null, [.. NodeRoutes, .. AdministratorRoutes], HttpStatusCode.Unauthorized);
        await ExpectAsync("alice", [.. NodeRoutes, .. AdministratorRoutes, ("POST", "/v1/identity")], HttpStatusCode.Forbidden);
        await ExpectAsync("stranger", [.. NodeRoutes, .. AdministratorRoutes, ("POST", "/v1/identity")], HttpStatusCode.Forbidden);
        foreach (string? anybody in (string?[])[null, "edge-1", "alice", "stranger"])
        {
            await ExpectAsync(anybody, [("GET", "/v1/ca")], HttpStatusCode.OK);
            await ExpectAsync(anybody, [("GET", "/v1/nothing")], HttpStatusCode.NotFound);
        }

        Assert.Equal(before, File.ReadAllText(_authority["ca/registry.json"]));
    }

    // The modes keep another user out; this one is let past them to meet what stands behind.
    [RequiresToolFact("setpriv", Curl)]
    public async Task Socket_OpenedToAll_RefusesAnotherUserInWords()
    {
        const UnixFileMode OpenToAll = (UnixFileMode)0b111_111_111;
        string socket = _authority["ca/admin.sock"];
        foreach (string path in new[] { _authority["."], _authority["ca"], socket })
        {
            File.SetUnixFileMode(path, OpenToAll);
        }

        string[] ask = [Curl, "--silent", "--show-error", "--max-time", "25", "--unix-socket", socket, "http://localhost/v1/admin/clients"];
        ToolResult stranger = await Tool.RunAsync("setpriv", ["--reuid=65534", "--clear-groups", .. ask]);
        ToolResult own = await Tool.RunAsync(ask[0], ask[1..]);

        Assert.Contains("uid 65534 is refused", stranger.Output, StringComparison.Ordinal);
        Assert.Contains("\"clients\"", own.Output, StringComparison.Ordinal);
    }

    private async Task ExpectAsync(string? who, IEnumerable<(string Method, string Route)> routes, HttpStatusCode expected)
    {
        using HttpClient http = _authority.Connect(who);
        foreach ((string method, string route) in routes)
        {
            using HttpRequestMessage request = new(new HttpMethod(method), route);
            using HttpResponseMessage response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            Assert.True(response.StatusCode == expected, $"{who ?? "nobody"}: {method} {route} is {(int)response.StatusCode}");
        }
    }
}
