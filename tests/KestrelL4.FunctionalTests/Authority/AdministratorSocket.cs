using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json.Nodes;

namespace KestrelL4.FunctionalTests.Authority;

/// <summary>The admin socket of an authority, for what must be quicker than starting a verb.</summary>
internal sealed class AdministratorSocket(string path) : IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler
    {
        // An authority that was killed leaves no connection behind that would serve for the next.
        PooledConnectionLifetime = TimeSpan.Zero,
        ConnectCallback = async (_, cancellation) =>
        {
            Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        },
    })
    {
        BaseAddress = new Uri("http://localhost"),
        Timeout = Eventually.DefaultDeadline,
    };

    /// <summary>The pin of its root.</summary>
    public async Task<string> PinAsync() => (string)(await SendAsync(HttpMethod.Get, "/v1/admin", null))["caPin"]!;

    /// <summary>A join token for a node on this machine.</summary>
    public async Task<string> TokenAsync(string node, TimeSpan? expiresIn = null)
    {
        JsonObject order = new()
        {
            ["node"] = node,
            ["hosts"] = new JsonArray("localhost"),
            ["expiresIn"] = (expiresIn ?? TimeSpan.FromHours(1)).ToString("c"),
            ["uses"] = 1,
        };
        return (string)(await SendAsync(HttpMethod.Post, "/v1/admin/tokens", order))["token"]!;
    }

    /// <summary>Registers a client with one certificate.</summary>
    public Task AddAsync(string client, string certificateId, params string[] applications) => SendAsync(
        HttpMethod.Post,
        "/v1/admin/clients",
        new JsonObject { ["name"] = client, ["serialNumbers"] = new JsonArray(certificateId), ["applications"] = ArrayOf(applications) });

    /// <summary>Replaces a client's grants.</summary>
    public Task GrantAsync(string client, params string[] applications) =>
        SendAsync(HttpMethod.Patch, $"/v1/admin/clients/{client}", new JsonObject { ["applications"] = ArrayOf(applications) });

    /// <summary>Revokes a client with its certificates.</summary>
    public Task RevokeClientAsync(string client) => SendAsync(HttpMethod.Delete, $"/v1/admin/clients/{client}", null);

    /// <summary>Revokes one certificate.</summary>
    public Task RevokeCertificateAsync(string certificateId) => SendAsync(HttpMethod.Delete, $"/v1/admin/certificates/{certificateId}", null);

    /// <summary>Revokes a node.</summary>
    public Task RevokeNodeAsync(string node) => SendAsync(HttpMethod.Delete, $"/v1/admin/nodes/{node}", null);

    /// <summary>Begins a new epoch.</summary>
    public Task BeginEpochAsync() => SendAsync(HttpMethod.Post, "/v1/admin/epoch", null);

    public void Dispose() => _http.Dispose();

    private static JsonArray ArrayOf(string[] texts) => new([.. texts.Select(static text => (JsonNode)text)]);

    private async Task<JsonNode> SendAsync(HttpMethod method, string route, JsonObject? order)
    {
        using HttpRequestMessage request = new(method, route);
        request.Content = order is null ? null : JsonContent.Create(order);
        using HttpResponseMessage response = await _http.SendAsync(request);
        string body = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, $"{method} {route}: {(int)response.StatusCode} {body}");
        return JsonNode.Parse(body)!;
    }
}
