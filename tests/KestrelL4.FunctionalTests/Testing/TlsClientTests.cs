using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using KestrelL4.Testing.Fuzzing;

namespace KestrelL4.FunctionalTests.Testing;

/// <summary>The client tells every way apart in which a server may end a connection, and loses nothing by its own goodbye.</summary>
public sealed class TlsClientTests
{
    private const int GoodbyeRounds = 60;

    private static readonly TestCertificate Server = TestAuthority.CreateRoot().Issue(TestSubject.Server());

    [Fact]
    public async Task ObserveEnd_CloseNotifyAndClose_IsCloseNotifyThenFin()
        => Assert.Equal(TlsEnd.CloseNotifyThenFin, await EndOfAsync(async (tls, _) => await tls.ShutdownAsync()));

    [Fact]
    public async Task ObserveEnd_CloseNotifyAndReset_IsCloseNotifyThenReset()
        => Assert.Equal(
            TlsEnd.CloseNotifyThenReset,
            await EndOfAsync(async (tls, socket) =>
            {
                await tls.ShutdownAsync();
                socket.Reset();
            }));

    [Fact]
    public async Task ObserveEnd_CloseAlone_IsFin()
        => Assert.Equal(TlsEnd.Fin, await EndOfAsync((_, _) => Task.CompletedTask));

    [Fact]
    public async Task ObserveEnd_ResetAlone_IsReset()
        => Assert.Equal(
            TlsEnd.Reset,
            await EndOfAsync((_, socket) =>
            {
                socket.Reset();
                return Task.CompletedTask;
            }));

    // OpenSSL also reads where it says goodbye, and may meet a record that another thread is about to take.
    [Fact]
    public Task CompleteSending_WhileTheServerGoesOnSending_ReceivesItAll() => Fuzz.RunAsync(GoodbyeRounds, static async random =>
    {
        const int Pieces = 200;
        byte[] piece = new byte[random.Next(1, 2_000)];
        random.NextBytes(piece);
        await using ScriptedServer server = new(async (socket, cancellationToken) =>
        {
            await using SslStream tls = await SecureAsync(socket, cancellationToken);
            for (int count = 0; count < Pieces; count++)
            {
                await tls.WriteAsync(piece, cancellationToken);
            }

            Assert.Equal(0, await tls.ReadAsync(new byte[1], cancellationToken));
            await tls.ShutdownAsync();
        });
        await using TlsClient client = await TlsClient.ConnectAsync(server.EndPoint, certificate: null);
        Task<byte[]> reading = Task.Run(client.ReceiveToEndAsync);
        for (int yields = random.Next(200); yields > 0; yields--)
        {
            await Task.Yield();
        }

        await client.CompleteSendingAsync();

        byte[] sent = [.. Enumerable.Repeat(piece, Pieces).SelectMany(static bytes => bytes)];
        Assert.Equal(sent, await reading);
    });

    private static async Task<TlsEnd> EndOfAsync(Func<SslStream, Socket, Task> end)
    {
        await using ScriptedServer server = new(async (socket, cancellationToken) =>
        {
            await using SslStream tls = await SecureAsync(socket, cancellationToken);
            await tls.WriteAsync("hello"u8.ToArray(), cancellationToken);

            // The session tickets have arrived with the greeting, so that closing leaves nothing unread that would cause a reset.
            await tls.ReadExactlyAsync(new byte[1], cancellationToken);
            await end(tls, socket);
        });
        await using TlsClient client = await TlsClient.ConnectAsync(server.EndPoint, certificate: null);
        await client.ReceiveAsync(5);
        await client.SendAsync("k"u8.ToArray());
        return await client.ObserveEndAsync();
    }

    private static async Task<SslStream> SecureAsync(Socket socket, CancellationToken cancellationToken)
    {
        SslStream tls = new(new NetworkStream(socket));
        await tls.AuthenticateAsServerAsync(
            new SslServerAuthenticationOptions
            {
                ServerCertificateContext = Server.ToContext(),
                EnabledSslProtocols = SslProtocols.Tls13,
            },
            cancellationToken);
        return tls;
    }
}
