using KestrelL4.Server.Transport;

namespace KestrelL4.Server.Listeners;

/// <summary>Ends a handshake whose client leaves it waiting, for the sake of one that comes when the node has its fill of them.</summary>
internal static class SilentHandshake
{
    /// <summary>What lies behind <see cref="CloseReason.NodeLimited"/> of a connection that was let in and had to go.</summary>
    public const string Cause = "gave_way";

    /// <summary>Ends it if it has lasted for long enough and the node has all that the client sent behind it.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="socket">Its client's side.</param>
    /// <param name="patience">How long it may have lasted.</param>
    /// <returns>Whether it was ended.</returns>
    public static bool TryEnd(ProxiedConnection connection, SocketConnection socket, TimeSpan patience)
    {
        // What waits for the node's own processors must not be ended: a rush of honest clients would end them all.
        if (connection.Duration < patience || !socket.AwaitsPeer || !connection.Conclude(CloseReason.NodeLimited))
        {
            return false;
        }

        connection.Cause = Cause;
        connection.Reset?.Invoke();
        return true;
    }
}
