using System.Net.Security;
using KestrelL4.Bench.Payload;

namespace KestrelL4.Bench.Workloads;

/// <summary>Turns a new connection into an echo: proves at once that it is proxied to an upstream.</summary>
internal static class EchoOrder
{
    private static readonly byte[] Order = [TransferOrder.Echo];

    /// <summary>Sends the one-byte order and awaits it back in a buffer of one byte.</summary>
    public static async Task RoundTripAsync(SslStream stream, byte[] echoed, CancellationToken stopping)
    {
        await stream.WriteAsync(Order, stopping);
        if (await stream.ReadAsync(echoed, stopping) != 1 || echoed[0] != TransferOrder.Echo)
        {
            throw new BenchmarkFailedException("the first byte did not come back");
        }
    }
}
