using System.Net;
using System.Net.Sockets;
using KestrelL4.Forwarding;
using KestrelL4.RateLimiting;
using KestrelL4.Testing.Servers;
using KestrelL4.Upstreams;

namespace KestrelL4.Tests.Forwarding;

/// <summary>A connection on its way through an application, with the client's end in the test's hands.</summary>
internal sealed class Submission(Application application, Socket client, Task<CloseReason> ended) : IDisposable
{
    public Socket Client { get; } = client;

    /// <summary>The only open connection of the application.</summary>
    public ProxiedConnection Connection => Assert.Single(application.Connections.All);

    /// <summary>Submits a plain socket as a caller of the library does.</summary>
    public static async Task<Submission> StartAsync(Application application, LimitStack? limits = null)
    {
        (Socket client, Socket accepted) = await PairAsync();
        return new Submission(application, client, application.SubmitAsync(new SocketRelayEnd(accepted), limits, accepted.RemoteEndPoint));
    }

    /// <summary>Two ends of one loopback connection.</summary>
    public static async Task<(Socket Client, Socket Accepted)> PairAsync()
    {
        using ManualServer server = new();
        Socket client = await SocketExtensions.ConnectAsync(server.EndPoint);
        return (client, await server.AcceptAsync());
    }

    /// <summary>An application with upstreams named after the alphabet.</summary>
    public static Application To(TimeProvider time, Timeouts timeouts, params IPEndPoint[] upstreams) => new(
        "echo",
        [.. upstreams.Select(static (address, index) => new Upstream($"{(char)('a' + index)}", address))],
        new ApplicationSettings { Timeouts = timeouts },
        time: time);

    /// <summary>Why the connection ended, once the test expects it to.</summary>
    public Task<CloseReason> EndAsync() => Eventually.WithinAsync(ended, "the connection ends");

    /// <summary>Whether it has not ended.</summary>
    public bool IsOpen => !ended.IsCompleted;

    /// <summary>Waits until the relay has taken over, or the dial is under way.</summary>
    public Task UntilActiveAsync() => Eventually.UntilAsync(
        () => application.Upstreams.Any(static upstream => upstream.ActiveConnections > 0), "an upstream is picked");

    public void Dispose() => Client.Dispose();
}
