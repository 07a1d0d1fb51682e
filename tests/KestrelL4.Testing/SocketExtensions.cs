using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace KestrelL4.Testing;

/// <summary>Connecting a socket, sending and receiving whole amounts on it, and ending it in either way.</summary>
public static partial class SocketExtensions
{
    // Linux: the first byte of tcp(7)'s TCP_INFO is the state of the connection.
    private const int ProtocolLevelTcp = 6;
    private const int OptionTcpInfo = 11;
    private const byte StateClosed = 7;

    /// <summary>Opens a TCP connection, from the given address or any.</summary>
    public static async Task<Socket> ConnectAsync(
        IPEndPoint server, IPAddress? from = null, CancellationToken cancellationToken = default)
    {
        Socket socket = new(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            if (from is not null)
            {
                socket.Bind(new IPEndPoint(from, 0));
            }

            await socket.ConnectAsync(server, cancellationToken);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Gives the socket another socket's number as well, whose own connection is closed: as it happens when numbers are used again.</summary>
    public static void TakeNumber(this Socket socket, nint number)
    {
        if (Duplicate((int)socket.Handle, (int)number) < 0)
        {
            throw new SocketException(Marshal.GetLastPInvokeError());
        }
    }

    /// <summary>Sends every byte.</summary>
    public static async Task SendAllAsync(this Socket socket, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken = default)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[await socket.SendAsync(bytes, cancellationToken)..];
        }
    }

    /// <summary>Receives until the peer's end.</summary>
    public static async Task<byte[]> ReceiveToEndAsync(this Socket socket, CancellationToken cancellationToken = default)
    {
        using MemoryStream received = new();
        byte[] buffer = new byte[64 * 1024];
        int count;
        while ((count = await socket.ReceiveAsync(buffer, cancellationToken)) > 0)
        {
            received.Write(buffer, 0, count);
        }

        return received.ToArray();
    }

    /// <summary>Receives and discards until the peer ends, and tells an orderly end from a reset.</summary>
    public static async Task<PeerEnd> ObserveEndAsync(this Socket socket, CancellationToken cancellationToken = default)
    {
        byte[] buffer = new byte[64 * 1024];
        try
        {
            while (await socket.ReceiveAsync(buffer, cancellationToken) > 0)
            {
            }

            return PeerEnd.Fin;
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.ConnectionReset)
        {
            return PeerEnd.Reset;
        }
    }

    /// <summary>Whether the peer has reset the connection, also after its own orderly end, which a read no longer tells.</summary>
    public static bool IsReset(this Socket socket)
    {
        Span<byte> info = stackalloc byte[8];
        socket.GetRawSocketOption(ProtocolLevelTcp, OptionTcpInfo, info);
        return info[0] == StateClosed;
    }

    /// <summary>Closes with a reset instead of an orderly end.</summary>
    public static void Reset(this Socket socket)
    {
        socket.LingerState = new LingerOption(enable: true, seconds: 0);
        socket.Close(timeout: 0);
    }

    [LibraryImport("libc", EntryPoint = "dup2", SetLastError = true)]
    private static partial int Duplicate(int from, int to);
}
