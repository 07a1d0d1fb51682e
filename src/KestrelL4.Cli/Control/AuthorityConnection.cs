using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using KestrelL4.Protocol;

namespace KestrelL4.Cli.Control;

/// <summary>Speaks to a running authority: over the admin socket in its directory, or over TLS.</summary>
internal sealed class AuthorityConnection : IDisposable
{
    private readonly HttpClient _http;
    private readonly string _place;
    private readonly Func<Exception, string> _explain;

    /// <summary>Takes over a client whose every request goes to the authority; nothing is connected yet.</summary>
    /// <param name="http">The client.</param>
    /// <param name="place">Where the authority is, for people.</param>
    /// <param name="explain">Why it cannot be reached, for people.</param>
    public AuthorityConnection(HttpClient http, string place, Func<Exception, string> explain)
    {
        _http = http;
        _place = place;
        _explain = explain;
    }

    /// <summary>Over an admin socket.</summary>
    /// <param name="path">The socket's path.</param>
    public static AuthorityConnection OverSocket(string path) => new(UnixHttp.Client(path), path, cause => Explain(path, cause));

    /// <summary>Asks for something and reads it.</summary>
    /// <exception cref="AuthorityUnreachableException">No authority answers.</exception>
    /// <exception cref="AuthorityRefusedException">It refuses.</exception>
    public async Task<T> AskAsync<T>(HttpMethod method, string request, JsonTypeInfo<T> type, CancellationToken cancellation) =>
        Read(await SendAsync(method, request, null, cancellation), type);

    /// <summary>Orders something and reads what came of it.</summary>
    /// <exception cref="AuthorityUnreachableException">No authority answers.</exception>
    /// <exception cref="AuthorityRefusedException">It refuses.</exception>
    public async Task<TReport> OrderAsync<TOrder, TReport>(
        HttpMethod method, string request, (TOrder Value, JsonTypeInfo<TOrder> Type) order, JsonTypeInfo<TReport> type, CancellationToken cancellation) =>
        Read(await SendAsync(method, request, JsonContent.Create(order.Value, order.Type), cancellation), type);

    /// <summary>Gets a text.</summary>
    /// <exception cref="AuthorityUnreachableException">No authority answers.</exception>
    /// <exception cref="AuthorityRefusedException">It refuses.</exception>
    public Task<string> GetTextAsync(string request, CancellationToken cancellation) => SendAsync(HttpMethod.Get, request, null, cancellation);

    /// <summary>Sends a text and gives the text that comes back.</summary>
    /// <exception cref="AuthorityUnreachableException">No authority answers.</exception>
    /// <exception cref="AuthorityRefusedException">It refuses.</exception>
    public Task<string> PostTextAsync(string request, string body, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Post, request, new StringContent(body), cancellation);

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private async Task<string> SendAsync(HttpMethod method, string request, HttpContent? content, CancellationToken cancellation)
    {
        try
        {
            using HttpRequestMessage message = new(method, request) { Content = content };
            using HttpResponseMessage response = await _http.SendAsync(message, cancellation);
            string body = await response.Content.ReadAsStringAsync(cancellation);
            return response.IsSuccessStatusCode ? body : throw new AuthorityRefusedException(Reason(body, (int)response.StatusCode));
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            throw new AuthorityUnreachableException(_explain(exception.GetBaseException()));
        }
        catch (TaskCanceledException exception) when (exception.InnerException is TimeoutException)
        {
            throw new AuthorityUnreachableException($"the authority at {_place} did not answer within {_http.Timeout.TotalSeconds:0} s; look into its log");
        }
    }

    private T Read<T>(string body, JsonTypeInfo<T> type) =>
        JsonSerializer.Deserialize(body, type) ?? throw new AuthorityUnreachableException($"the authority at {_place} answered nothing; is it of another version?");

    private static string Reason(string body, int status)
    {
        try
        {
            return JsonSerializer.Deserialize(body, ProtocolJson.Default.AuthorityError)!.Error;
        }
        catch (JsonException)
        {
            return $"the authority answered {status} without saying why; look into its log";
        }
    }

    private static string Explain(string path, Exception cause) => cause switch
    {
        ArgumentException => $"{path} is no path of a socket: it is empty or too long; name the authority's directory with --directory",
        SocketException { SocketErrorCode: SocketError.AccessDenied } =>
            $"not permitted to use {path}: run this as root or as the authority's own user",
        SocketException { SocketErrorCode: SocketError.ConnectionRefused } =>
            $"nobody listens at {path}: the authority that made it is gone; start it again",
        SocketException when !File.Exists(path) =>
            $"there is no socket at {path}: start the authority, or name its directory with --directory",
        SocketException => $"{path} cannot be connected: {cause.Message}",
        _ => $"the authority at {path} hung up: it is ending",
    };
}
