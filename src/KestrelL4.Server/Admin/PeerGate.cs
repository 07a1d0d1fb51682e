using System.Net.Sockets;
using KestrelL4.Server.Runtime;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace KestrelL4.Server.Admin;

/// <summary>Lets root and the node's own user in at the admin socket; all others are hung up on before they have said a word.</summary>
/// <remarks>The socket's mode says the same, until somebody changes the mode.</remarks>
internal sealed partial class PeerGate(ILogger<PeerGate> logger, TimeProvider time)
{
    private static readonly TimeSpan LineInterval = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private long? _toldAt;
    private int _untold;

    /// <summary>Puts the gate before HTTP.</summary>
    public void Guard(ListenOptions listen) => listen.Use(next => connection => Admits(connection) ? next(connection) : Task.CompletedTask);

    private bool Admits(ConnectionContext connection)
    {
        PeerUser peer;
        try
        {
            peer = PeerUser.Of(connection.Features.GetRequiredFeature<IConnectionSocketFeature>().Socket);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // Gone already; whoever cannot be named is not let in.
            return false;
        }

        if (!peer.IsTrusted)
        {
            Tell(peer);
        }

        return peer.IsTrusted;
    }

    // A line each would let a stranger fill the disk.
    private void Tell(PeerUser peer)
    {
        lock (_lock)
        {
            if (_toldAt is { } told && time.GetElapsedTime(told) < LineInterval)
            {
                _untold++;
                return;
            }

            Refused(logger, peer.User, peer.Process, _untold);
            _toldAt = time.GetTimestamp();
            _untold = 0;
        }
    }

    [LoggerMessage(1, LogLevel.Warning,
        "Refused user {User}, process {Process}, at the admin socket: it is for root and the node's own user. Refused since the last such line: {Untold}")]
    private static partial void Refused(ILogger logger, uint user, int process, int untold);
}
