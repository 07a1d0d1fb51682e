using System.Net;
using System.Text.Json;

namespace KestrelL4.Server.Tests.Admin;

public sealed class AdminEndpointTests : IAsyncLifetime
{
    private AdminFixture _node = null!;

    public async Task InitializeAsync() => _node = await AdminFixture.StartedAsync();

    public async Task DisposeAsync() => await _node.DisposeAsync();

    [Fact]
    public async Task Livez_NodeUnhealthy_Is200()
    {
        _node.Health.Identity.Unhealthy("expired");

        using HttpResponseMessage response = await Get("/livez");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("""{"status":"live"}""", await response.Content.ReadAsStringAsync());
        Assert.Equal("no-store", response.Headers.CacheControl?.ToString());
        Assert.False(response.Headers.Contains("Server"));
    }

    [Fact]
    public async Task Readyz_DegradedComponent_Is200AndTellsWhy()
    {
        _node.BecomeHealthy();
        _node.Health.Registry.Degraded("file is broken");

        using HttpResponseMessage response = await Get("/readyz");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        JsonElement body = await Json(response);
        Assert.Equal("degraded", body.GetProperty("status").GetString());
        JsonElement registry = body.GetProperty("components").GetProperty("registry");
        Assert.Equal("degraded", registry.GetProperty("status").GetString());
        Assert.Equal("file is broken", registry.GetProperty("reason").GetString());
        Assert.EndsWith("Z", registry.GetProperty("since").GetString(), StringComparison.Ordinal);
        JsonElement echo = body.GetProperty("components").GetProperty("application:echo");
        Assert.Equal(JsonValueKind.Null, echo.GetProperty("reason").ValueKind);
    }

    [Fact]
    public async Task Readyz_ThroughALife_Is200OnlyWhileItTakesTraffic()
    {
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await Code("/readyz"));
        _node.BecomeHealthy();
        Assert.Equal(HttpStatusCode.OK, await Code("/readyz"));
        _node.Health.IsDraining = true;
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await Code("/readyz"));
    }

    [Fact]
    public async Task ReadyzComponent_OneIsUnhealthy_AnswersForItself()
    {
        _node.BecomeHealthy();
        _node.Health.Application("other").Unhealthy("no upstream is up");

        Assert.Equal(HttpStatusCode.OK, await Code("/readyz"));
        Assert.Equal(HttpStatusCode.OK, await Code("/readyz/application:echo"));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await Code("/readyz/application:other"));
        Assert.Equal(HttpStatusCode.NotFound, await Code("/readyz/application:none"));
    }

    [Fact]
    public async Task Status_Asked_HasTheWholeShape()
    {
        _node.BecomeHealthy();

        JsonElement body = await Json(await Get("/status"));

        Assert.Equal("healthy", body.GetProperty("status").GetString());
        Assert.Equal("healthy", body.GetProperty("components").GetProperty("identity").GetProperty("status").GetString());
        Assert.Equal("2026-01-01T00:00:00Z", body.GetProperty("startedAt").GetString());
        Assert.Equal("""{"hash":"abc","appliedAt":"2026-01-01T00:00:00Z","rejected":null}""", body.GetProperty("configuration").GetRawText());
        Assert.Equal("""{"notAfter":"2026-01-01T00:00:00Z","source":"file"}""", body.GetProperty("identity").GetRawText());
        Assert.Equal(
            """{"source":"file","epoch":1,"revision":2,"clients":3,"ageSeconds":0.5,"stale":false}""",
            body.GetProperty("registry").GetRawText());
        Assert.Equal(
            """[{"name":"echo","listen":"127.0.0.1:6432","open":true,"status":"healthy","connections":4,"queued":0,"totals":{"completed":5},"upstreams":[{"name":"db1","address":"10.0.0.1:5432","status":"available","connections":4,"total":9,"reason":null,"since":"2026-01-01T00:00:00Z"}]}]""",
            body.GetProperty("applications").GetRawText());
    }

    [Fact]
    public async Task Status_NodeNotReady_Is200() => Assert.Equal(HttpStatusCode.OK, await Code("/status"));

    [Fact]
    public async Task Metrics_Asked_AreInTheTextFormat()
    {
        using HttpResponseMessage response = await Get("/metrics");

        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", response.Content.Headers.ContentType?.ToString());
        Assert.Contains("\nprocess_threads ", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/livez", HttpStatusCode.OK)]
    [InlineData("/readyz", HttpStatusCode.ServiceUnavailable)]
    [InlineData("/metrics", HttpStatusCode.OK)]
    public async Task Head_AnyRoute_IsGetWithoutBody(string path, HttpStatusCode expected)
    {
        using HttpResponseMessage response = await _node.Client.SendAsync(new HttpRequestMessage(HttpMethod.Head, path));

        Assert.Equal(expected, response.StatusCode);
        Assert.Empty(await response.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task UnknownPath_Asked_Is404InJson()
    {
        using HttpResponseMessage response = await Get("/nothing");

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Contains("/nothing", (await Json(response)).GetProperty("error").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Post_KnownPath_Is405()
    {
        using HttpResponseMessage response = await _node.Client.PostAsync(new Uri("/livez", UriKind.Relative), null);

        Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
    }

    [Fact]
    public async Task Status_ConfigurationRejected_ShowsThePublicTheirNumber()
    {
        _node.RejectedErrors = ["one", "two"];

        JsonElement configuration = (await Json(await Get("/status"))).GetProperty("configuration");

        Assert.Equal("""{"at":"2026-01-01T00:00:00Z","errors":2}""", configuration.GetProperty("rejected").GetRawText());
    }

    [Theory]
    [InlineData("GET", "/connections")]
    [InlineData("DELETE", "/connections/A")]
    [InlineData("POST", "/drain")]
    [InlineData("POST", "/undrain?application=echo")]
    [InlineData("POST", "/reload")]
    [InlineData("GET", "/explain")]
    public async Task SocketsRoute_OverTcp_Is404ThatNamesTheSocket(string method, string path)
    {
        using ProxiedConnection connection = _node.Echo.Open("A", null);

        using HttpResponseMessage response = await _node.Client.SendAsync(new HttpRequestMessage(new HttpMethod(method), path));

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Contains("admin.sock", (await Json(response)).GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.Null(connection.CloseReason);
        Assert.Null(_node.Drained);
    }

    [Theory]
    [InlineData("127.0.0.1", HttpStatusCode.OK)]
    [InlineData("10.1.2.3:80", HttpStatusCode.OK)]
    [InlineData("[::1]:9780", HttpStatusCode.OK)]
    [InlineData("LocalHost:9780", HttpStatusCode.OK)]
    [InlineData("Admin.Internal:9780", HttpStatusCode.OK)]
    [InlineData("evil.example", HttpStatusCode.MisdirectedRequest)]
    [InlineData("localhost.evil.example:9780", HttpStatusCode.MisdirectedRequest)]
    [InlineData("127.0.0.1.evil.example", HttpStatusCode.MisdirectedRequest)]
    public async Task Host_OfTheRequest_MustBeTheNodes(string host, HttpStatusCode expected)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/livez");
        request.Headers.Host = host;

        using HttpResponseMessage response = await _node.Client.SendAsync(request);

        Assert.Equal(expected, response.StatusCode);
    }

    private Task<HttpResponseMessage> Get(string path) => _node.Client.GetAsync(new Uri(path, UriKind.Relative));

    private async Task<HttpStatusCode> Code(string path)
    {
        using HttpResponseMessage response = await Get(path);
        return response.StatusCode;
    }

    private static async Task<JsonElement> Json(HttpResponseMessage response) =>
        JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
}
