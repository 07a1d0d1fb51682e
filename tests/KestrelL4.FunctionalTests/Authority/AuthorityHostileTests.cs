using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using KestrelL4.Protocol;

namespace KestrelL4.FunctionalTests.Authority;

/// <summary>Requests that no program of ours sends are refused in words, and nothing is said of defects.</summary>
public sealed class AuthorityHostileTests : IAsyncLifetime
{
    private RunningAuthority _authority = null!;

    public async Task InitializeAsync() => _authority = await RunningAuthority.StartAsync();

    public async Task DisposeAsync() => await _authority.DisposeAsync();

    [Theory]
    [InlineData("POST", "/v1/admin/tokens", """{"hosts":["h"],"expiresIn":"01:00:00","uses":1}""")]
    [InlineData("POST", "/v1/admin/tokens", """{"node":"a","hosts":[null],"expiresIn":"01:00:00","uses":1}""")]
    [InlineData("POST", "/v1/admin/clients", """{"name":"a"}""")]
    [InlineData("POST", "/v1/admin/clients", """{"name":null,"serialNumbers":[],"applications":[]}""")]
    [InlineData("POST", "/v1/admin/clients", """{"name":"a","serialNumbers":[null],"applications":[]}""")]
    [InlineData("POST", "/v1/admin/clients", """{"name":"a","serialNumbers":[],"applications":{}}""")]
    [InlineData("POST", "/v1/admin/clients", "null")]
    [InlineData("POST", "/v1/admin/clients", "{")]
    [InlineData("PATCH", "/v1/admin/clients/a", """{"addSerialNumbers":[null]}""")]
    public async Task Order_Senseless_IsRefusedInWords(string method, string route, string body)
    {
        await _authority.DoAsync("client", "add", "a", "--application", "*");
        (HttpStatusCode status, JsonNode error) = await SendAsync(method, route, body);

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal(RefusalReason.Invalid, (string?)error["reason"]);
        Assert.DoesNotContain("unhandled", _authority.Process.Output, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Order_TooLong_IsRefusedInWords()
    {
        (HttpStatusCode status, JsonNode error) = await SendAsync("POST", "/v1/admin/clients", new string(' ', 300_000));

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, status);
        Assert.Equal(RefusalReason.Invalid, (string?)error["reason"]);
    }

    // Each time the record of a node changes, a line stays on the authority's disk.
    [RequiresToolFact("openssl", "curl")]
    public async Task Ping_OfANodeThatTellsSomethingElseEachTime_IsAnsweredAndRarelyWrittenDown()
    {
        await _authority.JoinAsync("edge-1");
        using HttpClient node = _authority.Connect("edge-1");

        for (int time = 0; time < 20; time++)
        {
            using HttpResponseMessage response = await node.GetAsync($"{AuthorityRoutes.Ping}?{AuthorityRoutes.ClientAuthorityParameter}=other-{time}");
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }

        string[] told = [.. File.ReadAllLines(_authority["ca/audit.log"]).Where(static line => line.Contains("client authorities", StringComparison.Ordinal))];
        Assert.Equal(6, told.Length);
        Assert.Contains("other-5", told[^1], StringComparison.Ordinal);
    }

    // An address that is kept for documentation (RFC 5737), so no machine has it.
    [Fact]
    public async Task Run_AddressOfAnotherMachine_IsTwoAndNamesIt()
    {
        ToolResult result = await NodeExecutable.RunAsync(
            _authority["."], ["authority", "run", "--directory", "other", "--listen", "192.0.2.1:7443", "--host", "localhost"]);

        Assert.Equal(2, result.ExitCode);
        Assert.Contains("192.0.2.1:7443", result.Error, StringComparison.Ordinal);
    }

    private async Task<(HttpStatusCode Status, JsonNode Error)> SendAsync(string method, string route, string body)
    {
        using HttpClient http = _authority.Administer();
        using HttpRequestMessage request = new(new HttpMethod(method), route) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        using HttpResponseMessage response = await http.SendAsync(request);
        return (response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync())!);
    }
}
