using System.Buffers.Binary;
using System.Net.Sockets;
using KestrelL4.Bench.Payload;

namespace KestrelL4.Bench.Upstreams;

/// <summary>One connection at an upstream: carries out the order that stands in its first bytes.</summary>
internal sealed class UpstreamConnection(Socket socket)
{
    private const int SmallBuffer = 1024;

    /// <summary>Serves until the peer ends; a fault ends the connection, and the client notices by what is missing.</summary>
    public async Task ServeAsync(CancellationToken stopping)
    {
        try
        {
            socket.NoDelay = true;
            byte[] buffer = new byte[SmallBuffer];
            int received = await socket.ReceiveAsync(buffer, stopping);
            if (received > 0 && buffer[0] == TransferOrder.Echo)
            {
                await EchoAsync(buffer, received, stopping);
            }
            else if (received > 0)
            {
                await TransferAsync(await ReadOrderAsync(buffer, received, stopping), stopping);
            }
        }
        catch (BenchmarkFailedException failure)
        {
            await Console.Error.WriteLineAsync($"upstream: {failure.Message}");
        }
        catch (Exception fault) when (fault is SocketException or OperationCanceledException)
        {
            // The client reports what it misses; it alone knows whether anything is missing.
        }
        finally
        {
            socket.Dispose();
        }
    }

    private async Task EchoAsync(byte[] buffer, int received, CancellationToken stopping)
    {
        while (received > 0)
        {
            await SendAsync(buffer.AsMemory(0, received), stopping);
            received = await socket.ReceiveAsync(buffer, stopping);
        }
    }

    private async Task<TransferOrder> ReadOrderAsync(byte[] buffer, int received, CancellationToken stopping)
    {
        while (received < TransferOrder.Size)
        {
            int more = await socket.ReceiveAsync(buffer.AsMemory(received, TransferOrder.Size - received), stopping);
            received += more > 0 ? more : throw new BenchmarkFailedException("connection ended within an order");
        }

        if (received > TransferOrder.Size)
        {
            throw new BenchmarkFailedException("the payload came before the order was answered");
        }

        return TransferOrder.FromBytes(buffer);
    }

    private async Task TransferAsync(TransferOrder order, CancellationToken stopping)
    {
        switch (order.Kind)
        {
            case TransferOrder.Download:
                await SendPatternAsync(order, stopping);
                break;
            case TransferOrder.Upload:
                await ReceivePatternAsync(order, stopping);
                break;
            default:
                throw new BenchmarkFailedException($"unknown order {order.Kind}");
        }
    }

    private async Task SendPatternAsync(TransferOrder order, CancellationToken stopping)
    {
        for (long sent = 0; sent < order.Length;)
        {
            int length = (int)Math.Min(Pattern.MaxSlice, order.Length - sent);
            await SendAsync(Pattern.Slice(order.Offset + sent, length), stopping);
            sent += length;
        }

        socket.Shutdown(SocketShutdown.Send);
        await socket.ReceiveAsync(new byte[1], stopping);
    }

    private async Task ReceivePatternAsync(TransferOrder order, CancellationToken stopping)
    {
        byte[] receipt = new byte[TransferOrder.ReceiptSize];
        await SendAsync(receipt, stopping);
        byte[] buffer = GC.AllocateUninitializedArray<byte>(Pattern.MaxSlice);
        long right = 0;
        while (right < order.Length)
        {
            int received = await socket.ReceiveAsync(buffer, stopping);
            if (received == 0)
            {
                break;
            }

            Pattern.Verify(buffer.AsSpan(0, received), order.Offset + right, "upload");
            right += received;
        }

        BinaryPrimitives.WriteInt64BigEndian(receipt, right);
        await SendAsync(receipt, stopping);
        socket.Shutdown(SocketShutdown.Send);
        await socket.ReceiveAsync(new byte[1], stopping);
    }

    private async Task SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken stopping)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[await socket.SendAsync(bytes, stopping)..];
        }
    }
}
