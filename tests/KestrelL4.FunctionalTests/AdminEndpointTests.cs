using System.Net;
using System.Text.Json.Nodes;

namespace KestrelL4.FunctionalTests;

/// <summary>The administration endpoint tells probes, people and scrapers how the node is, and changes nothing.</summary>
public sealed class AdminEndpointTests(EchoFixture fixture) : IClassFixture<EchoFixture>
{
    [Fact]
    public async Task Livez_Running_IsOk() => Assert.Equal(HttpStatusCode.OK, (await GetAsync("livez")).Status);

    [Fact]
    public async Task Readyz_Serving_IsHealthyWithComponents()
    {
        (HttpStatusCode status, string body) = await GetAsync("readyz");

        JsonNode answer = JsonNode.Parse(body)!;
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal("healthy", (string?)answer["status"]);
        foreach (string component in new[] { "identity", "registry", "application:echo" })
        {
            Assert.Equal("healthy", (string?)answer["components"]![component]!["status"]);
        }
    }

    [Theory]
    [InlineData("readyz/identity", HttpStatusCode.OK)]
    [InlineData("readyz/application:echo", HttpStatusCode.OK)]
    [InlineData("readyz/nothing", HttpStatusCode.NotFound)]
    public async Task ReadyzComponent_Named_AnswersForItself(string path, HttpStatusCode expected)
        => Assert.Equal(expected, (await GetAsync(path)).Status);

    [Fact]
    public async Task Status_OneConnectionOpen_TellsItAndWhatIsInForce()
    {
        await using TlsClient client = await fixture.Node.HoldAsync(fixture.Alice);

        JsonNode status = await fixture.Node.StatusAsync();

        JsonNode application = Assert.Single(status["applications"]!.AsArray())!;
        JsonNode upstream = Assert.Single(application["upstreams"]!.AsArray())!;
        Assert.Equal("healthy", (string?)status["status"]);
        Assert.All(new[] { "version", "node", "startedAt" }, key => Assert.False(string.IsNullOrEmpty((string?)status[key]), key));
        Assert.All(new[] { "hash", "appliedAt" }, key => Assert.False(string.IsNullOrEmpty((string?)status["configuration"]![key]), key));
        Assert.Null(status["configuration"]!["rejected"]);
        Assert.Equal("file", (string?)status["identity"]!["source"]);
        Assert.True(DateTimeOffset.TryParse((string?)status["identity"]!["notAfter"], out _));
        Assert.Equal("file", (string?)status["registry"]!["source"]);
        Assert.Equal(1, (int)status["registry"]!["clients"]!);
        Assert.Equal("echo", (string?)application["name"]);
        Assert.Equal("healthy", (string?)application["status"]);
        Assert.Equal(1, (int)application["connections"]!);
        Assert.NotNull(application["totals"]);
        Assert.Equal("u1", (string?)upstream["name"]);
        Assert.Equal(fixture.Upstream.EndPoint.ToString(), (string?)upstream["address"]);
        Assert.Equal("available", (string?)upstream["status"]);
        Assert.Equal(1, (int)upstream["connections"]!);
    }

    [Fact]
    public async Task Metrics_AfterAConnection_HoldEverySeriesOfTheContract()
    {
        MetricWatch accepted = await fixture.Node.WatchAsync("kestrell4_connections_accepted_total", ("application", "echo"));
        MetricWatch succeeded = await fixture.Node.WatchAsync(
            "kestrell4_handshakes_total", ("application", "echo"), ("result", "succeeded"));
        MetricWatch completed = await fixture.Node.WatchReasonAsync("completed");
        await using (TlsClient client = await fixture.Node.HoldAsync(fixture.Alice))
        {
            await client.CompleteSendingAsync();
            await client.ObserveEndAsync();
        }

        await completed.RoseByAsync(1);
        Assert.Equal(1, await succeeded.RiseAsync());
        Assert.Equal(1, await accepted.RiseAsync());
        MetricSamples samples = await fixture.Node.MetricsAsync();
        string[] names =
        [
            "kestrell4_connections_active", "kestrell4_handshake_duration_seconds_bucket",
            "kestrell4_upstream_connect_duration_seconds_sum", "kestrell4_connection_duration_seconds_count", "kestrell4_bytes_total",
            "kestrell4_upstream_connections_active", "kestrell4_upstream_connections_total", "kestrell4_upstream_available",
            "kestrell4_component_status", "kestrell4_registry_revision", "kestrell4_registry_age_seconds",
            "kestrell4_identity_expiry_timestamp_seconds", "kestrell4_log_lines_dropped_total", "kestrell4_build_info",
        ];
        Assert.All(names, name => Assert.Contains(name, samples.Names));
        Assert.DoesNotContain("alice", samples.Text, StringComparison.Ordinal);
        Assert.Equal(1, samples.Sum("kestrell4_upstream_available", ("application", "echo"), ("upstream", "u1")));
    }

    [Theory]
    [InlineData("localhost", HttpStatusCode.OK)]
    [InlineData("localhost.", HttpStatusCode.OK)]
    [InlineData("192.0.2.1", HttpStatusCode.OK)]
    [InlineData("attacker.example", HttpStatusCode.MisdirectedRequest)]
    public async Task Host_OfTheRequest_PassesUnlessItIsAForeignName(string host, HttpStatusCode expected)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, "status");
        request.Headers.Host = host;

        using HttpResponseMessage response = await fixture.Node.Admin.SendAsync(request);

        Assert.Equal(expected, response.StatusCode);
    }

    [Theory]
    [InlineData("POST", "reload")]
    [InlineData("POST", "drain")]
    [InlineData("POST", "undrain?application=echo")]
    [InlineData("GET", "connections")]
    [InlineData("DELETE", "connections/A")]
    [InlineData("GET", "explain?client=alice&application=echo")]
    public async Task OverTcp_WhatBelongsToTheSocket_Is404ThatNamesTheSocket(string method, string path)
    {
        using HttpRequestMessage request = new(new HttpMethod(method), path);

        using HttpResponseMessage response = await fixture.Node.Admin.SendAsync(request);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        JsonNode answer = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
        Assert.Contains("admin.sock", (string?)answer["error"], StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await GetAsync("readyz")).Status);
    }

    private async Task<(HttpStatusCode Status, string Body)> GetAsync(string path)
    {
        using HttpResponseMessage response = await fixture.Node.Admin.GetAsync(new Uri(path, UriKind.Relative));
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }
}
