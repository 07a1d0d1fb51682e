using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;

namespace KestrelL4.FunctionalTests.Testing;

/// <summary>The client tells every way apart in which a server may end a connection.</summary>
public sealed class TlsClientTests
{
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

    private static async Task<TlsEnd> EndOfAsync(Func<SslStream, Socket, Task> end)
    {
        await using ScriptedServer server = new(async (socket, cancellationToken) =>
        {
            await using SslStream tls = new(new NetworkStream(socket));
            await tls.AuthenticateAsServerAsync(
                new SslServerAuthenticationOptions
                {
                    ServerCertificateContext = Server.ToContext(),
                    EnabledSslProtocols = SslProtocols.Tls13,
                },
                cancellationToken);
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
}
