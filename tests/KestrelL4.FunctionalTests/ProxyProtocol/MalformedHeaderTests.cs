using System.Net;
using System.Net.Sockets;

namespace KestrelL4.FunctionalTests.ProxyProtocol;

/// <summary>Whatever a proxy sends in place of a header ends that connection alone, and reaches no upstream.</summary>
public sealed class MalformedHeaderTests(ProxyProtocolFixture fixture) : IClassFixture<ProxyProtocolFixture>
{
    private const int Seed = 20_261_121;
    private const int Runs = 150;
    private const int AtOnce = 16;

    private static readonly byte[][] Valid =
    [
        HandmadeHeader.Line(IPEndPoint.Parse("192.0.2.1:1"), IPEndPoint.Parse("192.0.2.2:2")),
        HandmadeHeader.Line(IPEndPoint.Parse("[2001:db8::1]:1"), IPEndPoint.Parse("[2001:db8::2]:2")),
        HandmadeHeader.Sealed(HandmadeHeader.Binary(IPEndPoint.Parse("192.0.2.1:1"), IPEndPoint.Parse("192.0.2.2:2"), HandmadeHeader.Fact(4, 1))),
    ];

    [Fact]
    public Task Header_BrokenInEveryWay_IsInvalidWhileOthersGoOn() => AreInvalidAsync(Runs, async (random, socket) =>
    {
        byte[] header = [.. Valid[random.Next(Valid.Length)]];
        int end = random.Next(header.Length);
        switch (random.Next(3))
        {
            case 0:
                // Truncated.
                await socket.SendAllAsync(header.AsMemory(0, end));
                break;
            case 1:
                // Broken where every byte counts: its signature, or its first words.
                header[end % 12] ^= 0x80;
                await socket.SendAllAsync(header);
                break;
            default:
                byte[] bytes = new byte[random.Next(1, 40_000)];
                random.NextBytes(bytes);
                bytes[0] |= 0x80;
                await socket.SendAllAsync(bytes);
                break;
        }
    });

    [Fact]
    public Task Header_TrickledAndNeverWhole_IsInvalidWhileOthersGoOn() => AreInvalidAsync(AtOnce, static async (random, socket) =>
    {
        byte[] header = Valid[random.Next(Valid.Length)];
        for (int index = 0; index < header.Length - 1; index++)
        {
            await socket.SendAllAsync(header.AsMemory(index, 1));
        }
    });

    private async Task AreInvalidAsync(int runs, Func<Random, Socket, Task> send)
    {
        await using TlsClient client = await fixture.HoldAsync(Valid[0]);
        MetricWatch invalid = await fixture.Node.WatchReasonAsync("proxy_header_invalid");
        int accepted = fixture.Upstream.Accepted;

        await Parallel.ForAsync(0, runs, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (run, _) =>
        {
            using Socket socket = await fixture.ConnectAsync(ReadOnlyMemory<byte>.Empty);
            try
            {
                await send(new Random(Seed + run), socket);
                socket.Shutdown(SocketShutdown.Send);
                using CancellationTokenSource deadline = new(Eventually.DefaultDeadline);
                await socket.ObserveEndAsync(deadline.Token);
            }
            catch (SocketException)
            {
                // The node had seen enough before everything was sent.
            }
        });

        await invalid.RoseByAsync(runs);
        Assert.Equal(accepted, fixture.Upstream.Accepted);
        Assert.Equal([7], await client.EchoAsync([7]));
        await using TlsClient next = await fixture.HoldAsync(Valid[2]);
        Assert.DoesNotContain("internal_error", fixture.Node.Process.Output, StringComparison.Ordinal);
    }
}
