using System.Net;
using System.Text.Json.Nodes;

namespace KestrelL4.FunctionalTests.Reload;

/// <summary>The admin endpoint moves, and its names change, while the node runs.</summary>
public sealed class ReloadAdminTests : IAsyncLifetime
{
    private readonly EchoServer _upstream = new();
    private readonly NodeSetup _setup = new();
    private readonly HttpClient _http = new() { Timeout = Eventually.DefaultDeadline };

    public Task InitializeAsync()
    {
        _setup.Application("echo", _upstream.EndPoint);
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        _http.Dispose();
        await _upstream.DisposeAsync();
    }

    [Fact]
    public async Task Admin_AddressAndNamesChange_AnswersThereAndToThemAlone()
    {
        TestCertificate alice = _setup.Client("alice", "echo");
        await using TestNode node = await _setup.StartAsync();
        await using Bystander bystander = new(node.EndPoint(), alice);
        await bystander.AssertUnharmedAsync();
        Uri former = node.Admin.BaseAddress!;
        Assert.Equal(HttpStatusCode.MisdirectedRequest, await AskAsync(former, "node.example"));

        Change(node, "Admin:AllowedHosts", new JsonArray("node.example"));
        await Eventually.UntilAsync(async () => await AskAsync(former, "node.example") == HttpStatusCode.OK, "the name is allowed");
        IPEndPoint wanted = FreePort.Take();
        Change(node, "Admin:Listen", wanted.ToString());
        Uri next = new($"http://{wanted}/");
        await Eventually.UntilAsync(async () => await AskAsync(next, "node.example") == HttpStatusCode.OK, "the endpoint answers at its new address");
        await Eventually.UntilAsync(async () => await AskAsync(former, "127.0.0.1") is null, "the old address refuses connections");
        Change(node, "Admin:AllowedHosts", null);

        await Eventually.UntilAsync(
            async () => await AskAsync(next, "node.example") == HttpStatusCode.MisdirectedRequest, "the name is no longer allowed");
        Assert.Equal(HttpStatusCode.OK, await AskAsync(next, "localhost"));
        await bystander.AssertUnharmedAsync();
    }

    [Fact]
    public async Task Admin_ExchangesItsAddressWithAnApplication_BothAnswerAtTheOther()
    {
        TestCertificate alice = _setup.Client("alice", "echo", "steady");
        _setup.Application("steady", _upstream.EndPoint);
        (IPEndPoint one, IPEndPoint other) = (FreePort.Take(), FreePort.Take());
        _setup.Set("Admin:Listen", one.ToString()).Set("Applications:echo:Listen", other.ToString());
        await using TestNode node = await _setup.StartAsync();
        await using Bystander bystander = new(node.EndPoint("steady"), alice);
        await using TlsClient held = await node.HoldAsync(alice);

        _setup.Set("Applications:echo:Listen", one.ToString());
        Change(node, "Admin:Listen", other.ToString());

        await Eventually.UntilAsync(
            async () => await AskAsync(new Uri($"http://{other}/"), "localhost") == HttpStatusCode.OK, "the endpoint answers at its new address");
        await using TlsClient client = await TlsClient.ConnectAsync(one, alice);
        Assert.Equal([6], await client.EchoAsync([6]));
        Assert.Equal([6], await held.EchoAsync([6]));
        await bystander.AssertUnharmedAsync();
    }

    private void Change(TestNode node, string keyPath, JsonNode? value)
    {
        _setup.Set(keyPath, value).Write();
        node.Process.HangUp();
    }

    private async Task<HttpStatusCode?> AskAsync(Uri address, string host)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, new Uri(address, "livez"));
        request.Headers.Host = host;
        request.Headers.ConnectionClose = true;
        try
        {
            using HttpResponseMessage response = await _http.SendAsync(request);
            return response.StatusCode;
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }
}
