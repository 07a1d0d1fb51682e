using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using KestrelL4.Forwarding;
using KestrelL4.Sockets;
using KestrelL4.Testing.Certificates;
using KestrelL4.Testing.Clients;
using KestrelL4.Testing.Servers;

namespace KestrelL4.Tests.Forwarding;

/// <summary>A TLS client and the relay's end of its connection.</summary>
internal sealed class TlsEnds(TlsClient client, TlsRelayEnd end) : IAsyncDisposable
{
    private static readonly TestCertificate Server = TestAuthority.CreateRoot().Issue(TestSubject.Server());

    public TlsClient Client { get; } = client;

    public TlsRelayEnd End { get; } = end;

    public static async Task<TlsEnds> CreateAsync()
    {
        using ManualServer server = new();
        Task<TlsClient> connecting = TlsClient.ConnectAsync(server.EndPoint, certificate: null);
        Socket accepted = await server.AcceptAsync();
        TlsTurn turn = new();
        SslStream stream = new(new TurnStream(accepted, turn));
        await stream.AuthenticateAsServerAsync(new SslServerAuthenticationOptions
        {
            ServerCertificateContext = Server.ToContext(),
            EnabledSslProtocols = SslProtocols.Tls13,
        });
        return new TlsEnds(await connecting, new TlsRelayEnd(stream, accepted, turn));
    }

    /// <summary>Reads that many bytes as a relay does.</summary>
    public async Task<byte[]> ReadAsync(int count)
    {
        byte[] bytes = new byte[count];
        for (int filled = 0; filled < count;)
        {
            await End.WaitAsync();
            int read = await Eventually.WithinAsync(End.ReadAsync(bytes.AsMemory(filled)).AsTask(), "bytes arrive");
            Assert.True(read > 0, $"ended after {filled} of {count} bytes");
            filled += read;
        }

        return bytes;
    }

    public async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync();
        await End.DisposeAsync();
    }
}
