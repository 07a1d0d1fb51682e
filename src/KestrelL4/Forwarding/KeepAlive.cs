using System.Net.Sockets;

namespace KestrelL4.Forwarding;

/// <summary>TCP keep-alive on both sides of a relay, so that a peer that vanished without a word is noticed.</summary>
internal static class KeepAlive
{
    private const int IdleSeconds = 60;

    /// <summary>Has a silent peer asked after 60 s.</summary>
    public static void Enable(Socket socket)
    {
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, IdleSeconds);
    }
}
