using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using KestrelL4.Server.Draining;

namespace KestrelL4.Server.Tests.Admin;

/// <summary>The operator's door: everything is served over the unix socket, and what changes the node over it alone.</summary>
public sealed class AdminSocketTests : IAsyncLifetime
{
    private AdminFixture _node = null!;

    public async Task InitializeAsync() => _node = await AdminFixture.StartedOnSocketAsync();

    public async Task DisposeAsync() => await _node.DisposeAsync();

    [Theory]
    [InlineData("/livez")]
    [InlineData("/status")]
    [InlineData("/metrics")]
    [InlineData("/connections")]
    [InlineData("/openapi/v1.json")]
    public async Task Get_AnyPath_IsServedAndKeptByNobody(string path)
    {
        using HttpResponseMessage response = await Get(path);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("no-store", response.Headers.CacheControl?.ToString());
    }

    // A port that somebody forwards to the socket is reached by any page whose name is made to point there.
    [Theory]
    [InlineData("localhost", HttpStatusCode.OK)]
    [InlineData("localhost.:8080", HttpStatusCode.OK)]
    [InlineData("127.0.0.1:8080", HttpStatusCode.OK)]
    [InlineData("[::ffff:127.0.0.1]", HttpStatusCode.OK)]
    [InlineData("admin.internal", HttpStatusCode.OK)]
    [InlineData("anything", HttpStatusCode.OK)]
    [InlineData("evil.example", HttpStatusCode.MisdirectedRequest)]
    [InlineData("localhost.evil.example:8080", HttpStatusCode.MisdirectedRequest)]
    [InlineData("127.0.0.1.evil.example", HttpStatusCode.MisdirectedRequest)]
    public async Task Get_ByAName_IsServedUnlessItMayBeAPages(string host, HttpStatusCode expected)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/connections");
        request.Headers.Host = host;

        using HttpResponseMessage response = await _node.Client.SendAsync(request);

        Assert.Equal(expected, response.StatusCode);
    }

    [Theory]
    [InlineData("POST", "/drain", "Origin", "http://localhost")]
    [InlineData("POST", "/undrain", "Origin", "null")]
    [InlineData("POST", "/reload", "Origin", "")]
    [InlineData("POST", "/reload", "Sec-Fetch-Site", "cross-site")]
    [InlineData("POST", "/drain", "Sec-Fetch-Site", "same-site")]
    [InlineData("POST", "/drain", "Sec-Fetch-Site", "")]
    [InlineData("DELETE", "/connections/A", "Origin", "https://evil.example")]
    [InlineData("OPTIONS", "/drain", "Origin", "https://evil.example")]
    public async Task Act_OfAWebPage_IsRefusedAndNothingDone(string method, string path, string header, string value)
    {
        using ProxiedConnection connection = _node.Echo.Open("A", null);
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        request.Headers.TryAddWithoutValidation(header, value);

        using HttpResponseMessage response = await _node.Client.SendAsync(request);

        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        Assert.Contains("No web page may act", await Error(response), StringComparison.Ordinal);
        Assert.Null(_node.Drained);
        Assert.Null(connection.CloseReason);
    }

    // A person who types the address, and the page of the node itself.
    [Theory]
    [InlineData("POST", "/reload", "none", HttpStatusCode.OK)]
    [InlineData("POST", "/reload", "same-origin", HttpStatusCode.OK)]
    [InlineData("GET", "/connections", "cross-site", HttpStatusCode.OK)]
    [InlineData("HEAD", "/status", "cross-site", HttpStatusCode.OK)]
    public async Task Request_ThatNoPageMakesOrThatDoesNotAct_IsServed(string method, string path, string site, HttpStatusCode expected)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        request.Headers.Add("Sec-Fetch-Site", site);

        using HttpResponseMessage response = await _node.Client.SendAsync(request);

        Assert.Equal(expected, response.StatusCode);
    }

    [Fact]
    public async Task Connections_SomeOpen_AreListedOldestFirst()
    {
        using ProxiedConnection old = _node.Echo.Open("A", new IPEndPoint(IPAddress.Loopback, 4711));
        using ProxiedConnection young = _node.Echo.Open("B", null);
        using ProxiedConnection ended = _node.Echo.Open("C", null);
        ended.Close(CloseReason.NodeStopped);

        JsonElement list = await Json(await Get("/connections"));

        Assert.Equal(["A", "B"], list.EnumerateArray().Select(static entry => entry.GetProperty("id").GetString()));
        JsonElement first = list[0];
        Assert.Equal("echo", first.GetProperty("application").GetString());
        Assert.Equal("127.0.0.1:4711", first.GetProperty("peer").GetString());
        Assert.EndsWith("Z", first.GetProperty("since").GetString(), StringComparison.Ordinal);
        Assert.Equal(0, first.GetProperty("bytesReceived").GetInt64());
        Assert.Equal(0, first.GetProperty("bytesSent").GetInt64());
        Assert.All(
            new[] { "client", "serialNumber", "upstream" }, name => Assert.Equal(JsonValueKind.Null, first.GetProperty(name).ValueKind));
    }

    [Fact]
    public async Task Delete_OpenConnection_ClosesItOnce()
    {
        using ProxiedConnection connection = _node.Echo.Open("A", null);

        using HttpResponseMessage first = await _node.Client.DeleteAsync(new Uri("/connections/A", UriKind.Relative));
        using HttpResponseMessage second = await _node.Client.DeleteAsync(new Uri("/connections/A", UriKind.Relative));

        Assert.Equal(HttpStatusCode.NoContent, first.StatusCode);
        Assert.Equal(CloseReason.ClosedByOperator, connection.CloseReason);
        Assert.Equal(HttpStatusCode.NotFound, second.StatusCode);
        Assert.Contains("'A'", await Error(second), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/drain", null, null)]
    [InlineData("/drain?application=echo", "echo", null)]
    [InlineData("/undrain?application=echo&upstream=db1", "echo", "db1")]
    public async Task Drain_Named_IsAskedFor(string request, string? application, string? upstream)
    {
        using HttpResponseMessage response = await Post(request);

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        Assert.Equal((application, upstream), _node.Drained);
    }

    [Theory]
    [InlineData("/drain?application=none", (int)DrainResult.Unknown, HttpStatusCode.NotFound)]
    [InlineData("/undrain", (int)DrainResult.Refused, HttpStatusCode.Conflict)]
    public async Task Drain_NotPossible_TellsWhy(string request, int result, HttpStatusCode expected)
    {
        _node.DrainAnswer = new DrainAnswer((DrainResult)result, "it is so");

        using HttpResponseMessage response = await Post(request);

        Assert.Equal(expected, response.StatusCode);
        Assert.Equal("it is so", await Error(response));
    }

    [Theory]
    [InlineData("/drain?upstream=db1")]
    [InlineData("/undrain?upstream=db1")]
    public async Task Drain_UpstreamWithoutApplication_Is400(string request)
    {
        using HttpResponseMessage response = await Post(request);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains("application", await Error(response), StringComparison.Ordinal);
        Assert.Null(_node.Drained);
    }

    [Fact]
    public async Task Reload_Applied_AnswersTheConfigurationInForce()
    {
        using HttpResponseMessage response = await Post("/reload");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("abc", (await Json(response)).GetProperty("hash").GetString());
    }

    [Fact]
    public async Task Reload_Refused_AnswersEveryError()
    {
        _node.ReloadErrors = ["one", "two"];

        using HttpResponseMessage response = await Post("/reload");

        Assert.Equal(HttpStatusCode.UnprocessableEntity, response.StatusCode);
        Assert.Equal("""{"errors":["one","two"]}""", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Explain_Asked_TellsTheStepThatRefuses()
    {
        using HttpResponseMessage response = await Get("/explain?client=alice&application=echo");

        Assert.Equal(
            """{"client":"alice","application":"echo","admitted":false,"refusal":"not_authorized","upstream":null,"steps":[{"step":"authorize","passes":false,"refusal":"not_authorized","why":"it holds no grant"}],"upstreams":[{"name":"db1","address":"127.0.0.1:9","status":"down","offered":false,"why":"connection refused"}],"limits":[]}""",
            await response.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("/explain?application=echo", "client")]
    [InlineData("/explain?client=alice", "application")]
    public async Task Explain_ParameterMissing_Is400ThatNamesIt(string request, string parameter)
    {
        using HttpResponseMessage response = await Get(request);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains(parameter, await Error(response), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Status_ConfigurationRejected_ShowsTheOperatorTheErrors()
    {
        _node.RejectedErrors = ["one", "two"];

        JsonElement configuration = (await Json(await Get("/status"))).GetProperty("configuration");

        Assert.Equal("""{"at":"2026-01-01T00:00:00Z","errors":["one","two"]}""", configuration.GetProperty("rejected").GetRawText());
    }

    [Theory]
    [InlineData("POST", "/connections")]
    [InlineData("GET", "/reload")]
    [InlineData("PUT", "/connections/A")]
    public async Task Method_NotTheRoutes_Is405AndTellsWhich(string method, string path)
    {
        using HttpResponseMessage response = await _node.Client.SendAsync(new HttpRequestMessage(new HttpMethod(method), path));

        Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
        Assert.Contains("use ", await Error(response), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Request_LineTooLong_IsRefused()
    {
        using HttpResponseMessage response = await Get("/connections/" + new string('a', 5_000));

        Assert.Equal(HttpStatusCode.RequestUriTooLong, response.StatusCode);
    }

    [Fact]
    public async Task Request_BodyNobodyAskedFor_IsAnsweredAllTheSame()
    {
        using var body = new StringContent(new string('a', 1_000), Encoding.UTF8);
        using HttpResponseMessage response = await _node.Client.PostAsync(new Uri("/nothing", UriKind.Relative), body);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    // The server hangs up with the rest of the body unread, which may reset the connection before the client has read the answer.
    [Fact]
    public async Task Request_LargerThanAnyThatIsServed_DoesNotStopTheNext()
    {
        using var body = new StringContent(new string('a', 5_000), Encoding.UTF8);
        HttpStatusCode? answer = null;
        try
        {
            using HttpResponseMessage response = await _node.Client.PostAsync(new Uri("/nothing", UriKind.Relative), body);
            answer = response.StatusCode;
        }
        catch (HttpRequestException)
        {
            // Reset.
        }

        Assert.Contains(answer, new HttpStatusCode?[] { null, HttpStatusCode.NotFound });
        using HttpResponseMessage next = await Get("/livez");
        Assert.Equal(HttpStatusCode.OK, next.StatusCode);
    }

    [Fact]
    public async Task Connection_OfThisUser_IsLetIn()
    {
        using Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(_node.SocketPath));
        await socket.SendAsync("GET /livez HTTP/1.0\r\n\r\n"u8.ToArray());
        byte[] answer = new byte[15];

        await socket.ReceiveAsync(answer);

        Assert.Equal("HTTP/1.1 200 OK", Encoding.ASCII.GetString(answer));
    }

    private static async Task<JsonElement> Json(HttpResponseMessage response) => await response.Content.ReadFromJsonAsync<JsonElement>();

    private static async Task<string?> Error(HttpResponseMessage response) => (await Json(response)).GetProperty("error").GetString();

    private Task<HttpResponseMessage> Get(string path) => _node.Client.GetAsync(new Uri(path, UriKind.Relative));

    private Task<HttpResponseMessage> Post(string path) => _node.Client.PostAsync(new Uri(path, UriKind.Relative), null);
}
