using System.Buffers.Binary;
using System.Net.Sockets;

namespace KestrelL4.Forwarding;

/// <summary>What the kernel knows of a TCP connection (TCP_INFO, tcp(7)); nothing where it is not Linux.</summary>
internal static class TcpInfo
{
    private const int Level = 6;
    private const int Option = 11;
    private const byte Closed = 7;

    // struct tcp_info in linux/tcp.h: eight bytes, 24 numbers of four, two pacing rates of eight, then tcpi_bytes_acked.
    private const int AcknowledgedAt = 120;
    private const int Size = AcknowledgedAt + sizeof(ulong);

    /// <summary>Whether the connection is closed: after a reset, or when both sides have ended.</summary>
    public static bool IsClosed(Socket socket)
    {
        Span<byte> info = stackalloc byte[1];
        return TryRead(socket, info) && info[0] == Closed;
    }

    /// <summary>How many bytes the peer's kernel has taken since the connection was opened; 0 when unknown.</summary>
    public static ulong BytesAcknowledged(Socket socket)
    {
        Span<byte> info = stackalloc byte[Size];
        return TryRead(socket, info) ? BinaryPrimitives.ReadUInt64LittleEndian(info[AcknowledgedAt..]) : 0;
    }

    private static bool TryRead(Socket socket, Span<byte> info)
    {
        if (socket.ProtocolType != ProtocolType.Tcp || !OperatingSystem.IsLinux())
        {
            return false;
        }

        try
        {
            return socket.GetRawSocketOption(Level, Option, info) == info.Length;
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            return false;
        }
    }
}
