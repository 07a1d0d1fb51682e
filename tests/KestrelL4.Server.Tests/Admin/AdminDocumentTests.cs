using System.Net.Http.Json;
using System.Text.Json;
using KestrelL4.Server.Admin.Page;
using KestrelL4.Server.Draining;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.DependencyInjection;

namespace KestrelL4.Server.Tests.Admin;

/// <summary>The description of the routes is true: it has every route, and every answer that it promises can be had.</summary>
public sealed class AdminDocumentTests
{
    // Nobody but a browser asks for the page and its files.
    private static readonly string[] Undescribed = ["/openapi/{documentName}.json", "/", "/page/{name}"];

    [Fact]
    public async Task Document_OnTheSocket_HasEveryRoute()
    {
        await using AdminFixture node = await AdminFixture.StartedOnSocketAsync();

        Assert.Equal(Mapped(node), Described(await DocumentAsync(node)).Select(static route => (route.Method, route.Path)).Order());
    }

    [Fact]
    public async Task Document_OverTcp_HasOnlyWhatTcpServes()
    {
        await using AdminFixture node = await AdminFixture.StartedAsync();

        Assert.Equal(
            ["/events", "/livez", "/metrics", "/readyz", "/readyz/{component}", "/status"],
            Described(await DocumentAsync(node)).Select(static route => route.Path).Order());
    }

    [Fact]
    public async Task Document_Answers_AreThoseThatTheRoutesGive()
    {
        await using AdminFixture node = await AdminFixture.StartedOnSocketAsync();
        string[] described =
        [
            .. Described(await DocumentAsync(node))
                .SelectMany(static route => route.Codes.Select(code => $"{route.Method} {route.Path} {code}")).Order(),
        ];

        SortedSet<string> given = [];
        List<HttpResponseMessage> open = [];
        async Task Ask(string method, string route, string? request = null)
        {
            HttpRequestMessage asked = new(new HttpMethod(method), request ?? route);
            HttpResponseMessage response = await node.Client.SendAsync(asked, HttpCompletionOption.ResponseHeadersRead);
            open.Add(response);
            given.Add($"{method} {route} {(int)response.StatusCode}");
        }

        await Ask("GET", "/readyz");
        await Ask("GET", "/readyz/{component}", "/readyz/identity");
        await Ask("GET", "/readyz/{component}", "/readyz/nothing");
        node.BecomeHealthy();
        await Ask("GET", "/livez");
        await Ask("GET", "/readyz");
        await Ask("GET", "/readyz/{component}", "/readyz/identity");
        await Ask("GET", "/status");
        await Ask("GET", "/metrics");
        using (node.Echo.Open("A", null))
        {
            await Ask("GET", "/connections");
            await Ask("DELETE", "/connections/{id}", "/connections/A");
            await Ask("DELETE", "/connections/{id}", "/connections/A");
        }

        for (int stream = 0; stream <= PageStreams.Most; stream++)
        {
            await Ask("GET", "/events");
        }

        await Ask("GET", "/explain", "/explain?client=alice&application=echo");
        await Ask("GET", "/explain", "/explain?client=alice&application=none");
        await Ask("GET", "/explain", "/explain?application=echo");
        await Ask("POST", "/reload");
        node.ReloadErrors = ["one"];
        await Ask("POST", "/reload");
        foreach (string route in new[] { "/drain", "/undrain" })
        {
            await Ask("POST", route, $"{route}?upstream=db1");
            foreach (DrainResult result in Enum.GetValues<DrainResult>())
            {
                node.DrainAnswer = new DrainAnswer(result, "it is so");
                await Ask("POST", route);
            }
        }

        open.ForEach(static response => response.Dispose());
        Assert.Equal(described, given.Order());
    }

    [Fact]
    public async Task Document_Schemas_FollowTheAnswers()
    {
        await using AdminFixture node = await AdminFixture.StartedOnSocketAsync();

        JsonElement schemas = (await DocumentAsync(node)).GetProperty("components").GetProperty("schemas");

        JsonElement connection = schemas.GetProperty("OpenConnection").GetProperty("properties");
        Assert.Equal("date-time", connection.GetProperty("since").GetProperty("format").GetString());
        Assert.Equal("integer", connection.GetProperty("bytesSent").GetProperty("type").GetString());
        Assert.Equal("When it was accepted.", connection.GetProperty("since").GetProperty("description").GetString());
        Assert.Equal(
            ["draining", "starting", "unhealthy", "degraded", "healthy"],
            schemas.GetProperty("ComponentStatus").GetProperty("enum").EnumerateArray().Select(static word => word.GetString()));
        Assert.Contains(
            "array", schemas.GetProperty("RejectedErrors").GetProperty("type").EnumerateArray().Select(static type => type.GetString()));
    }

    private static async Task<JsonElement> DocumentAsync(AdminFixture node) =>
        await node.Client.GetFromJsonAsync<JsonElement>(new Uri("/openapi/v1.json", UriKind.Relative));

    private static IEnumerable<(string Method, string Path, string[] Codes)> Described(JsonElement document) =>
        from path in document.GetProperty("paths").EnumerateObject()
        from operation in path.Value.EnumerateObject()
        select (operation.Name.ToUpperInvariant(), path.Name,
            operation.Value.GetProperty("responses").EnumerateObject().Select(static answer => answer.Name).ToArray());

    // HEAD goes with every GET and is told once, in the text.
    private static IEnumerable<(string Method, string Path)> Mapped(AdminFixture node) =>
        (from endpoint in node.Host.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
         where !Undescribed.Contains(endpoint.RoutePattern.RawText)
         from method in endpoint.Metadata.GetRequiredMetadata<HttpMethodMetadata>().HttpMethods
         where method != "HEAD"
         select (method, Text(endpoint.RoutePattern))).Order();

    private static string Text(RoutePattern pattern) => "/" + pattern.RawText!.TrimStart('/');
}
