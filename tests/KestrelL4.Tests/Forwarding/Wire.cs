using System.Net.Sockets;

namespace KestrelL4.Tests.Forwarding;

/// <summary>What tests send and how they look at a socket's end.</summary>
internal static class Wire
{
    public static readonly byte[] Hello = "hello"u8.ToArray();

    /// <summary>Bytes that tell their place: losing, doubling or swapping a piece shows.</summary>
    public static byte[] Pattern(int length, int from = 0)
    {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++)
        {
            bytes[i] = At(from + i);
        }

        return bytes;
    }

    public static byte At(int place) => (byte)((place * 31) + (place >> 8) + (place >> 16));

    /// <summary>Compares without printing megabytes.</summary>
    public static void AssertSame(byte[] expected, byte[] actual) =>
        Assert.Equal((expected.Length, expected.Length), (actual.Length, expected.AsSpan().CommonPrefixLength(actual)));

    public static async Task<byte[]> ReceiveAsync(this Socket socket, int count)
    {
        using CancellationTokenSource deadline = new(Eventually.DefaultDeadline);
        byte[] bytes = new byte[count];
        for (int filled = 0; filled < count;)
        {
            int received = await socket.ReceiveAsync(bytes.AsMemory(filled), deadline.Token);
            Assert.True(received > 0, $"the peer ended after {filled} of {count} bytes");
            filled += received;
        }

        return bytes;
    }

    public static async Task<byte[]> ReceiveAllAsync(this Socket socket)
    {
        using CancellationTokenSource deadline = new(Eventually.DefaultDeadline);
        return await socket.ReceiveToEndAsync(deadline.Token);
    }

    public static async Task<PeerEnd> EndOfPeerAsync(this Socket socket)
    {
        using CancellationTokenSource deadline = new(Eventually.DefaultDeadline);
        return await socket.ObserveEndAsync(deadline.Token);
    }

    /// <summary>Waits for a reset behind an orderly end, which no read shows any more.</summary>
    public static Task UntilResetAsync(this Socket socket) => Eventually.UntilAsync(
        () => (int)socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.Error)! != 0, "the peer resets the connection");
}
