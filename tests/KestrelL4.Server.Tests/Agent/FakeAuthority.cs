using System.Net;
using KestrelL4.Protocol;
using KestrelL4.Protocol.Snapshots;
using KestrelL4.Testing.Servers;
using Microsoft.AspNetCore.Http;

namespace KestrelL4.Server.Tests.Agent;

/// <summary>An authority over real HTTPS that does as a test says.</summary>
internal sealed class FakeAuthority(AuthorityPki pki) : IAsyncDisposable
{
    public const string Token = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    private HttpsServer? _server;
    private int _port;
    private Snapshot _snapshot = pki.SnapshotOf(1, 1);
    private TaskCompletionSource _news = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The registry in force; nodes that listen are told of another.</summary>
    public Snapshot Snapshot
    {
        get => Volatile.Read(ref _snapshot);
        set
        {
            Volatile.Write(ref _snapshot, value);
            Interlocked.Exchange(ref _news, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
        }
    }

    /// <summary>Refuses a route with a reason; null = it does not.</summary>
    public Func<string, string?> Refusal { get; set; } = static _ => null;

    /// <summary>What it gives for a request for a certificate.</summary>
    public Func<string, string> Certify { get; set; } = pki.Certify;

    /// <summary>What it gives as the signed registry.</summary>
    public Func<Snapshot, byte[]> Sign { get; set; } = pki.Sign;

    /// <summary>Whether it goes on with a stream of events after the first; takes effect with the next event.</summary>
    public bool IsStreaming { get; set; } = true;

    /// <summary>Whether its streams of events open and then say nothing, not even which registry is in force.</summary>
    public bool IsMute { get; set; }

    public Uri Url => new($"https://localhost:{_port}");

    /// <summary>What it was asked since it was started last.</summary>
    public IReadOnlyList<HttpsRequest> Requests => _server!.Requests;

    /// <summary>What it was asked of one route.</summary>
    public HttpsRequest[] RequestsOf(string route) => [.. Requests.Where(request => request.Target.Split('?')[0] == route)];

    /// <summary>Starts it, or starts it again where it was.</summary>
    public async Task StartAsync()
    {
        _server = await HttpsServer.StartAsync(pki.Server, AnswerAsync, port: _port);
        _port = _server.EndPoint.Port;
    }

    /// <summary>Stops it; whoever listens is cut.</summary>
    public ValueTask StopAsync() => _server!.DisposeAsync();

    public ValueTask DisposeAsync() => StopAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        HttpResponse response = context.Response;
        string path = context.Request.Path.Value!;
        Snapshot snapshot = Snapshot;
        if (Refusal(path) is { } reason)
        {
            await RefuseAsync(context, reason == RefusalReason.StoreFailed ? HttpStatusCode.ServiceUnavailable : HttpStatusCode.Forbidden, reason);
            return;
        }

        switch (path)
        {
            case AuthorityRoutes.Ca:
                response.ContentType = AuthorityMediaTypes.Certificates;
                await response.WriteAsync(pki.RootPem);
                break;
            case AuthorityRoutes.Identity when context.Request.Headers.Authorization is { Count: > 0 } token && token != $"Bearer {Token}":
                await RefuseAsync(context, HttpStatusCode.Unauthorized, RefusalReason.TokenRefused);
                break;
            case AuthorityRoutes.Identity:
                response.ContentType = AuthorityMediaTypes.Certificates;
                await response.WriteAsync(Certify(_server!.Requests[^1].Body));
                break;
            case AuthorityRoutes.Ping:
                await response.WriteAsJsonAsync(new Pong("a1", "edge-1", snapshot.Epoch, snapshot.Revision, default), ProtocolJson.Default.Pong);
                break;
            case AuthorityRoutes.Registry when context.Request.Headers.IfNoneMatch == $"\"{snapshot.Version}\"":
                response.StatusCode = StatusCodes.Status304NotModified;
                break;
            case AuthorityRoutes.Registry:
                response.Headers.ETag = $"\"{snapshot.Version}\"";
                response.ContentType = AuthorityMediaTypes.Snapshot;
                await response.Body.WriteAsync(Sign(snapshot));
                break;
            default:
                await TellAsync(context);
                break;
        }
    }

    private async Task TellAsync(HttpContext context)
    {
        context.Response.ContentType = "text/event-stream";
        if (IsMute)
        {
            await context.Response.Body.FlushAsync();
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        }

        while (true)
        {
            Task news = Volatile.Read(ref _news).Task;
            Snapshot told = Snapshot;
            await context.Response.WriteAsync(
                $"event: registry\ndata: {{\"epoch\":{told.Epoch},\"revision\":{told.Revision},\"version\":\"{told.Version}\"}}\nid: {told.Version}\n\n");
            await context.Response.Body.FlushAsync();
            if (!IsStreaming)
            {
                break;
            }

            await news.WaitAsync(context.RequestAborted);
        }
    }

    private static Task RefuseAsync(HttpContext context, HttpStatusCode status, string reason)
    {
        context.Response.StatusCode = (int)status;
        return context.Response.WriteAsJsonAsync(new AuthorityError(reason, $"refused for the test: {reason}"), ProtocolJson.Default.AuthorityError);
    }
}
