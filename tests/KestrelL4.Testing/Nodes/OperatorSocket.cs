using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;

namespace KestrelL4.Testing.Nodes;

/// <summary>The admin socket of a node, for what must be quicker than starting a verb.</summary>
public sealed class OperatorSocket : IDisposable
{
    private readonly HttpClient _http;

    /// <summary>Names the socket; nothing is connected yet.</summary>
    public OperatorSocket(string path)
    {
        _http = new HttpClient(new SocketsHttpHandler { ConnectCallback = (_, cancellation) => ConnectAsync(path, cancellation) })
        {
            BaseAddress = new Uri("http://localhost"),
            Timeout = Eventually.DefaultDeadline,
        };
    }

    /// <summary>Drains the node, an application, or with <c>APP/UPSTREAM</c> an upstream.</summary>
    /// <exception cref="HttpRequestException">The node refused.</exception>
    public async Task DrainAsync(string? target = null) => await ExpectAsync(HttpStatusCode.Accepted, HttpMethod.Post, "/drain" + Query(target));

    /// <summary>Takes a drain back.</summary>
    /// <exception cref="HttpRequestException">The node refused.</exception>
    public async Task UndrainAsync(string? target = null) => await ExpectAsync(HttpStatusCode.Accepted, HttpMethod.Post, "/undrain" + Query(target));

    /// <summary>Takes a drain back, which must be refused, and gives the answer.</summary>
    public Task<string> RefusesUndrainAsync(string? target = null) =>
        ExpectAsync(HttpStatusCode.Conflict, HttpMethod.Post, "/undrain" + Query(target));

    /// <summary>Closes an open connection.</summary>
    public async Task CloseAsync(string id) => await ExpectAsync(HttpStatusCode.NoContent, HttpMethod.Delete, $"/connections/{id}");

    /// <summary>What would become of a client's connection.</summary>
    public async Task<JsonNode> ExplainAsync(string client, string application) =>
        JsonNode.Parse(await ExpectAsync(HttpStatusCode.OK, HttpMethod.Get, $"/explain?client={client}&application={application}"))!;

    /// <summary>The ids of an application's open connections, oldest first.</summary>
    public async Task<IReadOnlyList<string>> ConnectionsAsync(string application) =>
        [.. (await ConnectionsAsync()).Where(each => (string?)each!["application"] == application).Select(static each => (string)each!["id"]!)];

    /// <summary>The clients' addresses of the open connections, oldest first.</summary>
    public async Task<IReadOnlyList<string>> PeersAsync() => [.. (await ConnectionsAsync()).Select(static each => (string)each!["peer"]!)];

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private static string Query(string? target) => (target ?? "").Split('/') switch
    {
        [""] => "",
        [var application] => $"?application={application}",
        [var application, .. var upstream] => $"?application={application}&upstream={string.Join('/', upstream)}",
        _ => throw new ArgumentException($"'{target}' names nothing.", nameof(target)),
    };

    private static async ValueTask<Stream> ConnectAsync(string path, CancellationToken cancellation)
    {
        Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private async Task<JsonArray> ConnectionsAsync() =>
        JsonNode.Parse(await ExpectAsync(HttpStatusCode.OK, HttpMethod.Get, "/connections"))!.AsArray();

    private async Task<string> ExpectAsync(HttpStatusCode expected, HttpMethod method, string request)
    {
        using HttpRequestMessage message = new(method, request);
        using HttpResponseMessage response = await _http.SendAsync(message);
        string body = await response.Content.ReadAsStringAsync();
        return response.StatusCode == expected
            ? body
            : throw new HttpRequestException($"{method} {request}: {(int)response.StatusCode} instead of {(int)expected}: {body}");
    }
}
