using System.Net;
using System.Net.ServerSentEvents;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using KestrelL4.Server.Admin.Page;
using KestrelL4.Testing;

namespace KestrelL4.Server.Tests.Admin.Page;

/// <summary>The streams of the status page: they say what <c>/status</c> says, are few, and hold nothing up.</summary>
public sealed class PageStreamTests : IAsyncLifetime
{
    private AdminFixture _node = null!;

    public async Task InitializeAsync()
    {
        _node = await AdminFixture.StartedAsync();
        _node.BecomeHealthy();
    }

    public async Task DisposeAsync() => await _node.DisposeAsync();

    [Fact]
    public async Task Events_First_SayWhatStatusSays()
    {
        using HttpResponseMessage response = await OpenAsync();
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);

        Dictionary<string, JsonNode> news = [];
        await foreach (SseItem<string> item in SseParser.Create(await response.Content.ReadAsStreamAsync()).EnumerateAsync())
        {
            news[item.EventType] = JsonNode.Parse(item.Data)!;
            if (item.EventType == "node")
            {
                break;
            }
        }

        JsonNode status = JsonNode.Parse(await _node.Client.GetStringAsync(new Uri("/status", UriKind.Relative)))!;
        JsonNode told = news["node"]["status"]!;
        told["applications"] = new JsonArray(news["application"]["application"]!.DeepClone());
        Assert.Equal(status.ToJsonString(), told.ToJsonString());
        Assert.Equal("""["echo"]""", news["node"]["applications"]!.ToJsonString());
        Assert.Equal("""{"available":1}""", news["application"]["upstreams"]!.ToJsonString());
        Assert.Equal("[]", news["history"].ToJsonString());
    }

    [Fact]
    public async Task Events_MoreThanThereMayBe_AreRefusedUntilOneEnds()
    {
        List<HttpResponseMessage> open = [];
        for (int stream = 0; stream < PageStreams.Most; stream++)
        {
            open.Add(await OpenAsync());
        }

        using (HttpResponseMessage refused = await OpenAsync())
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
            string? error = JsonDocument.Parse(await refused.Content.ReadAsStringAsync()).RootElement.GetProperty("error").GetString();
            Assert.Contains("/status", error, StringComparison.Ordinal);
        }

        using (HttpResponseMessage other = await _node.Client.GetAsync(new Uri("/readyz", UriKind.Relative)))
        {
            Assert.Equal(HttpStatusCode.OK, other.StatusCode);
        }

        open[0].Dispose();
        await Eventually.UntilAsync(
            async () =>
            {
                using HttpResponseMessage again = await OpenAsync();
                return again.StatusCode == HttpStatusCode.OK;
            },
            "the place of a stream that ended is free again");
        open.ForEach(static response => response.Dispose());
    }

    [Fact]
    public async Task Stop_StreamsOpen_EndsThemWithoutWaiting()
    {
        using HttpResponseMessage open = await OpenAsync();
        using Socket deaf = await OpenDeafAsync();
        FairStopwatch watch = new();

        await _node.Host.DisposeAsync();

        Assert.InRange(watch.Granted, TimeSpan.Zero, TimeSpan.FromSeconds(3));
        await using Stream rest = await open.Content.ReadAsStreamAsync();
        await rest.CopyToAsync(Stream.Null).WaitAsync(Eventually.DefaultDeadline);
    }

    private Task<HttpResponseMessage> OpenAsync() =>
        _node.Client.GetAsync(new Uri("/events", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead);

    // Asks and never reads, with so little room that the node's first words fill it.
    private async Task<Socket> OpenDeafAsync()
    {
        Uri address = _node.Client.BaseAddress!;
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 2048 };
        await socket.ConnectAsync(address.Host, address.Port);
        await socket.SendAsync(Encoding.ASCII.GetBytes($"GET /events HTTP/1.1\r\nHost: {address.Authority}\r\n\r\n"));
        await Eventually.UntilAsync(() => socket.Available > 0, "the stream has begun");
        return socket;
    }
}
