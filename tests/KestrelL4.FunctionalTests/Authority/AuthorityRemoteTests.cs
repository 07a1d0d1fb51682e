using System.Net;
using System.Security.Cryptography.X509Certificates;

namespace KestrelL4.FunctionalTests.Authority;

/// <summary>Administration from another machine, by certificates of the administrators' list.</summary>
public sealed class AuthorityRemoteTests : IAsyncLifetime
{
    private const string OpenSsl = "openssl";
    private const string Curl = "curl";
    private const string Self = "/v1/admin";

    private RunningAuthority _authority = null!;

    public async Task InitializeAsync()
    {
        _authority = await RunningAuthority.StartAsync();
        await _authority.DoAsync("client", "add", "ops", "--application", "*");
        await _authority.DoAsync("client", "issue", "ops", "--out", ".");
    }

    public async Task DisposeAsync() => await _authority.DisposeAsync();

    [Fact]
    public async Task Verbs_WithACertificateOfTheList_ActAndAreNamedInTheAuditLog()
    {
        string serial = SerialNumberOf("ops");
        ToolResult refused = await RemoteAsync("ops", ["--ca", "ca/ca.crt"], "client", "list");
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("not in the list", refused.Error, StringComparison.Ordinal);

        await _authority.DoAsync("administrator", "add", serial);
        Done(await RemoteAsync("ops", ["--ca", "ca/ca.crt"], "client", "add", "bob", "--application", "postgres"));
        Assert.Contains($"administrator ops (authority:{serial})", File.ReadAllLines(_authority["ca/audit.log"])[^1], StringComparison.Ordinal);
        string pin = await _authority.DoAsync("pin");
        Done(await RemoteAsync("ops", ["--ca-pin", pin], "client", "issue", "bob", "--out", "far"));
        Assert.Contains($"authority:{SerialNumberOf("far/bob")}", await _authority.DoAsync("client", "list"), StringComparison.Ordinal);
        Assert.Contains("in force", Done(await RemoteAsync("ops", ["--ca-pin", pin], "administrator", "list")), StringComparison.Ordinal);
        Assert.Contains("snapshots", Done(await RemoteAsync("ops", ["--ca-pin", pin], "status")), StringComparison.Ordinal);

        ToolResult another = await RemoteAsync("ops", ["--ca-pin", new string('a', 64)], "pin");
        Assert.Equal(3, another.ExitCode);
        Assert.Contains(pin, another.Error, StringComparison.Ordinal);
        TestAuthority.CreateRoot().WriteTo(_authority["."], "another.crt");
        Assert.Equal(3, (await RemoteAsync("ops", ["--ca", "another.crt"], "pin")).ExitCode);
    }

    [Fact]
    public async Task Certificate_RemovedFromTheList_IsRefusedAtOnceOnAnOpenConnection()
    {
        string serial = SerialNumberOf("ops");
        using HttpClient http = _authority.Connect("ops");
        Assert.Equal(HttpStatusCode.Forbidden, await AskAsync(http));

        await _authority.DoAsync("administrator", "add", serial);
        Assert.Equal(HttpStatusCode.OK, await AskAsync(http));
        await _authority.DoAsync("administrator", "remove", serial);
        Assert.Equal(HttpStatusCode.Forbidden, await AskAsync(http));

        await _authority.DoAsync("administrator", "add", serial);
        Assert.Equal(HttpStatusCode.OK, await AskAsync(http));
        await _authority.DoAsync("certificate", "revoke", serial);
        Assert.Equal(HttpStatusCode.Forbidden, await AskAsync(http));
    }

    // A browser shows the certificate, or comes over a forwarded port, for any page that asks it to.
    [Fact]
    public async Task WebPage_InAnAdministratorsBrowser_MayNotActAtEitherDoor()
    {
        await _authority.DoAsync("administrator", "add", SerialNumberOf("ops"));
        using HttpClient remote = _authority.Connect("ops");
        using HttpClient socket = _authority.Administer();
        string before = File.ReadAllText(_authority["ca/registry.json"]);

        foreach (HttpClient door in (HttpClient[])[remote, socket])
        {
            Assert.Equal(HttpStatusCode.Forbidden, await SendAsync(door, HttpMethod.Post, "/v1/admin/epoch", ("Origin", "https://evil.example")));
            Assert.Equal(HttpStatusCode.Forbidden, await SendAsync(door, HttpMethod.Post, "/v1/admin/epoch", ("Sec-Fetch-Site", "cross-site")));
            Assert.Equal(HttpStatusCode.Forbidden, await SendAsync(door, HttpMethod.Delete, "/v1/admin/clients/ops", ("Origin", "null")));
            Assert.Equal(HttpStatusCode.OK, await SendAsync(door, HttpMethod.Get, Self, ("Sec-Fetch-Site", "cross-site")));
        }

        Assert.Equal(HttpStatusCode.MisdirectedRequest, await SendAsync(socket, HttpMethod.Get, "/v1/admin/clients", ("Host", "evil.example:8080")));
        Assert.Equal(HttpStatusCode.OK, await SendAsync(socket, HttpMethod.Get, "/v1/admin/clients", ("Host", "127.0.0.1:8080")));
        Assert.Equal(before, File.ReadAllText(_authority["ca/registry.json"]));
    }

    // Its name and its list entry say nothing: a node's certificate is the node issuer's.
    [RequiresToolFact(OpenSsl, Curl)]
    public async Task Node_CalledLikeAnAdministrator_IsRefused()
    {
        await _authority.DoAsync("administrator", "add", SerialNumberOf("ops"));
        File.Move(_authority["ops.crt"], _authority["administrator.crt"]);
        File.Move(_authority["ops.key"], _authority["administrator.key"]);
        await _authority.JoinAsync("ops");

        using HttpClient node = _authority.Connect("ops");
        using HttpClient administrator = _authority.Connect("administrator");

        Assert.Equal(HttpStatusCode.Forbidden, await AskAsync(node));
        Assert.Equal(HttpStatusCode.OK, await AskAsync(administrator));
    }

    // OpenSSL takes such a certificate, and building a chain throws for it.
    [Fact]
    public async Task Handshake_GarbledCertificate_EndsWithoutADefect()
    {
        TestSubject garbled = new("ops") { Usage = KeyUsage.Any, Extension = new X509Extension("2.5.29.32", [0x30, 0x20, 0x06], critical: false) };
        TestAuthority.CreateRoot().Issue(garbled).WriteTo(_authority["."], "garbled");
        using HttpClient http = _authority.Connect("garbled");

        await Assert.ThrowsAsync<HttpRequestException>(() => AskAsync(http));

        using HttpClient ops = _authority.Connect("ops");
        Assert.Equal(HttpStatusCode.Forbidden, await AskAsync(ops));
        Assert.DoesNotContain("unhandled", _authority.Process.Output, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("--server", "localhost:1")]
    [InlineData("--server", "localhost", "--certificate", "a", "--key", "b", "--ca", "c")]
    [InlineData("--server", "localhost:1", "--certificate", "a", "--key", "b")]
    [InlineData("--server", "localhost:1", "--certificate", "a", "--key", "b", "--ca", "c", "--ca-pin", "0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("--server", "localhost:1", "--certificate", "a", "--key", "b", "--ca-pin", "00")]
    [InlineData("--server", "localhost:1", "--certificate", "a", "--key", "b", "--ca", "c", "--directory", "ca")]
    [InlineData("--ca", "c")]
    public async Task Options_ThatDoNotGoTogether_AreUsage(params string[] options) =>
        Assert.Equal(4, (await NodeExecutable.RunAsync(_authority["."], ["authority", "pin", .. options])).ExitCode);

    private static async Task<HttpStatusCode> SendAsync(HttpClient http, HttpMethod method, string route, (string Name, string Value) header)
    {
        using HttpRequestMessage request = new(method, route);
        request.Headers.Add(header.Name, header.Value);
        using HttpResponseMessage response = await http.SendAsync(request);
        return response.StatusCode;
    }

    private static async Task<HttpStatusCode> AskAsync(HttpClient http)
    {
        using HttpResponseMessage response = await http.GetAsync(Self);
        return response.StatusCode;
    }

    private static string Done(ToolResult result)
    {
        Assert.True(result.ExitCode == 0, result.ToString());
        return result.Output;
    }

    private string SerialNumberOf(string name) => X509CertificateLoader.LoadCertificateFromFile(_authority[$"{name}.crt"]).SerialNumber;

    private Task<ToolResult> RemoteAsync(string name, string[] trust, params string[] verb) => NodeExecutable.RunAsync(
        _authority["."],
        ["authority", .. verb, "--server", new Uri(_authority.Url).Authority, "--certificate", $"{name}.crt", "--key", $"{name}.key", .. trust]);
}
