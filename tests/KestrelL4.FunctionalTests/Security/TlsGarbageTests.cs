using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using KestrelL4.Testing.Fuzzing;

namespace KestrelL4.FunctionalTests.Security;

/// <summary>Whatever comes to an application's port in place of TLS, or within it, ends that connection alone and reaches no upstream.</summary>
public sealed class TlsGarbageTests(EchoFixture fixture) : IClassFixture<EchoFixture>
{
    private const int Rounds = 300;
    private const int SpoiledRounds = 100;

    private static readonly byte[][] Words =
        [[0x16, 0x03, 0x01], [0x16, 0x03, 0x03, 0xFF, 0xFF], [0x14, 0x03, 0x03, 0, 1, 1], [0x15, 0x03, 0x03, 0, 2, 1, 0], [0x17, 0x03, 0x03, 0, 0], [0, 0x2B], [3, 4], "GET / HTTP/1.1\r\n\r\n"u8.ToArray()];

    // A change of ciphers, a ServerHello, application data, an alert.
    [Theory]
    [InlineData("140303000101")]
    [InlineData("160301000402000000")]
    [InlineData("17030300050000000000")]
    [InlineData("15030300020100")]
    public async Task Connect_FirstRecordIsNoClientHello_IsAFailedHandshake(string hex)
    {
        MetricWatch failed = await fixture.Node.WatchAsync("kestrell4_handshakes_total", ("cause", "protocol"));
        using Socket socket = await SocketExtensions.ConnectAsync(fixture.Node.EndPoint());

        await socket.SendAllAsync(Convert.FromHexString(hex));

        await socket.ObserveEndAsync().WaitAsync(Eventually.DefaultDeadline);
        await failed.RoseByAsync(1);
        Assert.DoesNotContain("internal_error", fixture.Node.Process.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("Unhandled exception", fixture.Node.Process.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connect_SpoiledHello_IsAFailedHandshakeWhileOthersGoOn()
    {
        await using TlsClient bystander = await fixture.Node.HoldAsync(fixture.Alice);
        Mutations hellos = new([await HelloAsync(), await HelloAsync()], Words);
        MetricWatch failed = await fixture.Node.WatchReasonAsync("handshake_failed");
        int accepted = fixture.Upstream.Accepted;
        int rounds = 0;

        await Fuzz.RunAsync(Rounds, async random =>
        {
            rounds++;
            using Socket socket = await SocketExtensions.ConnectAsync(fixture.Node.EndPoint());
            try
            {
                await socket.SendAllAsync(hellos.Next(random));
                socket.Shutdown(SocketShutdown.Send);
                await socket.ObserveEndAsync().WaitAsync(Eventually.DefaultDeadline);
            }
            catch (SocketException)
            {
                // The node had seen enough before everything was sent.
            }
        });

        await failed.RoseByAsync(rounds);
        await GoesOnAsync(bystander, accepted);
    }

    [Fact]
    public async Task Connect_RecordsSpoiledOnTheWay_BreaksThatConnectionAlone()
    {
        await using TlsClient bystander = await fixture.Node.HoldAsync(fixture.Alice);
        MetricWatch ended = await fixture.Node.WatchAsync("kestrell4_connections_total");
        int rounds = 0;

        await Fuzz.RunAsync(SpoiledRounds, async random =>
        {
            rounds++;
            using Socket socket = await SocketExtensions.ConnectAsync(fixture.Node.EndPoint());
            await using SpoilingStream wire = new(socket, random);
            await using SslStream tls = new(wire);
            try
            {
                using CancellationTokenSource deadline = new(Eventually.DefaultDeadline);
                await tls.AuthenticateAsClientAsync(Options(), deadline.Token);
                byte[] bytes = new byte[random.Next(1, 40_000)];
                for (int count = 0; count < 20; count++)
                {
                    await tls.WriteAsync(bytes, deadline.Token);
                    await tls.ReadAtLeastAsync(bytes, 1, throwOnEndOfStream: true, deadline.Token);
                }
            }
            catch (Exception exception) when (exception is IOException or AuthenticationException or SocketException)
            {
                // As it should be, once a byte was spoiled.
            }

            Assert.True(wire.IsSpoiled, "nothing was spoiled");
        });

        await ended.RoseByAsync(rounds);
        await GoesOnAsync(bystander, fixture.Upstream.Accepted);
    }

    private async Task GoesOnAsync(TlsClient bystander, int accepted)
    {
        Assert.Equal([7], await bystander.EchoAsync([7]));
        Assert.Equal(accepted, fixture.Upstream.Accepted);
        await Eventually.UntilAsync(
            async () => (await fixture.Node.MetricsAsync()).Sum("kestrell4_connections_active") == 1, "only the bystander is left");
        Assert.DoesNotContain("internal_error", fixture.Node.Process.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("Unhandled exception", fixture.Node.Process.Output, StringComparison.Ordinal);
    }

    private SslClientAuthenticationOptions Options() => new()
    {
        TargetHost = "localhost",
        ClientCertificateContext = fixture.Alice.ToContext(),
#pragma warning disable CA5359 // What the node presents is the subject of its own tests.
        RemoteCertificateValidationCallback = (_, _, _, _) => true,
#pragma warning restore CA5359
    };

    // The first bytes that a real client sends, which reads nothing behind them.
    private async Task<byte[]> HelloAsync()
    {
        using MemoryStream sent = new();
        await using SslStream tls = new(sent, leaveInnerStreamOpen: true);
        await Assert.ThrowsAnyAsync<Exception>(() => tls.AuthenticateAsClientAsync(Options()));
        return sent.ToArray();
    }
}
