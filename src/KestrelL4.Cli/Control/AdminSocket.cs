using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace KestrelL4.Cli.Control;

/// <summary>Speaks to a running node over its admin socket.</summary>
internal sealed class AdminSocket : IDisposable
{
    private readonly HttpClient _http;

    /// <summary>Names the socket; nothing is connected yet.</summary>
    /// <param name="path">The socket's path.</param>
    public AdminSocket(string path)
    {
        Path = path;
        _http = UnixHttp.Client(path);
    }

    /// <summary>The socket's path.</summary>
    public string Path { get; }

    /// <summary>Asks for something and reads it.</summary>
    /// <exception cref="NodeUnreachableException">No node answers, or not so.</exception>
    public async Task<T> ReadAsync<T>(string request, JsonTypeInfo<T> type, CancellationToken cancellation)
    {
        AdminAnswer answer = await SendAsync(HttpMethod.Get, request, cancellation);
        return answer.IsDone && JsonSerializer.Deserialize(answer.Body, type) is { } read
            ? read
            : throw new NodeUnreachableException($"the node at {Path} answered {(int)answer.Code} to {request}; is it of another version?");
    }

    /// <summary>Sends a request and gives the answer, whatever it is.</summary>
    /// <exception cref="NodeUnreachableException">No node answers.</exception>
    public async Task<AdminAnswer> SendAsync(HttpMethod method, string request, CancellationToken cancellation)
    {
        try
        {
            using HttpRequestMessage message = new(method, request);
            using HttpResponseMessage response = await _http.SendAsync(message, cancellation);
            return new AdminAnswer(response.StatusCode, await response.Content.ReadAsStringAsync(cancellation));
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            throw new NodeUnreachableException(Explain(exception.GetBaseException()));
        }
        catch (TaskCanceledException exception) when (exception.InnerException is TimeoutException)
        {
            throw new NodeUnreachableException($"the node at {Path} did not answer within {_http.Timeout.TotalSeconds:0} s; look into its log");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private string Explain(Exception cause) => cause switch
    {
        ArgumentException => $"{Path} is no path of a socket: it is empty or too long; name the node's with --socket",
        SocketException { SocketErrorCode: SocketError.AccessDenied } =>
            $"not permitted to use {Path}: run this as root or as the node's own user",
        SocketException { SocketErrorCode: SocketError.ConnectionRefused } =>
            $"nobody listens at {Path}: the node that made it is gone; start it again",
        SocketException when !File.Exists(Path) =>
            $"there is no socket at {Path}: start the node, or name the one it has with --socket or by its --config",
        SocketException => $"{Path} cannot be connected: {cause.Message}",
        _ => $"the node at {Path} hung up: it is ending, or this is neither root nor the node's own user",
    };
}
