using System.Net;
using KestrelL4.Forwarding;
using KestrelL4.RateLimiting;
using KestrelL4.Tls;
using KestrelL4.Upstreams;

namespace KestrelL4.Cli.Connecting;

/// <summary>One connection to a server over mutual TLS.</summary>
/// <remarks>The node's own dial and relay, seen from the other side: half-close, resets and close_notify are the same.</remarks>
internal sealed class ServerConnection
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly ServerAddress _server;
    private readonly Application _application;
    private DialResult _dialled;
    private string? _problem;

    /// <summary>Prepares the connection; nothing is opened yet.</summary>
    /// <param name="server">Where to.</param>
    /// <param name="tls">As whom.</param>
    public ServerConnection(ServerAddress server, UpstreamTls tls)
    {
        _server = server;
        ApplicationSettings settings = new()
        {
            // How long a connection rests or lasts is for the server to say.
            Timeouts = new Timeouts { Connect = Patience, Idle = null },
        };
        _application = new Application("connect", [new Upstream("server", server.EndPoint) { Tls = tls }], settings);
        _application.Dialled += (_, result, problem) => (_dialled, _problem) = (result, problem);
    }

    /// <summary>Carries it to its end.</summary>
    /// <param name="near">The near side; disposed at the end.</param>
    /// <param name="peer">Who connected there; null = nobody did.</param>
    /// <returns>How it went.</returns>
    public async Task<ServerConnectionEnd> RunAsync(RelayEnd near, EndPoint? peer)
    {
        WatchedEnd end = new(near);
        CloseReason reason = await _application.SubmitAsync(end, LimitStack.Empty, peer);
        return _dialled switch
        {
            DialResult.TlsFailed => new(ExitCode.No, $"no TLS with {_server}: {_problem}"),
            DialResult.Connected when IsRefusal(reason, end, peer) => new(
                ExitCode.No,
                $"{_server} ended the connection without a byte, as it does with a client that it does not let in; "
                    + "its log names the reason, and so does 'kestrell4 explain' there"),
            DialResult.Connected when reason == CloseReason.UpstreamAborted => new(ExitCode.No, $"{_server} cut the connection"),
            DialResult.Connected => new(ExitCode.Done, null),
            _ => new(ExitCode.NodeNotReachable, Unreachable()),
        };
    }

    /// <summary>Cuts it.</summary>
    public void Cut() => _application.Connections.CloseAll(CloseReason.NodeStopped);

    // Of a connection that somebody opened and left again without a word nothing can be said; of a command's own input it can.
    private static bool IsRefusal(CloseReason reason, WatchedEnd end, EndPoint? peer) => !end.HasHeard
        && (reason == CloseReason.UpstreamAborted || (reason == CloseReason.Completed && (peer is null || end.WasShutOut)));

    private string Unreachable() => _dialled switch
    {
        DialResult.Refused => $"{_server} refuses connections: nothing listens there, so it is down, or the port is wrong",
        DialResult.Timeout => $"{_server} did not answer within {Patience.TotalSeconds:0} s{(_problem is null ? "" : $": {_problem}")}",
        DialResult.LocalError => $"this machine is short of ports or open files, so {_server} was not reached",
        _ => $"{_server} cannot be reached: {_problem}",
    };
}
