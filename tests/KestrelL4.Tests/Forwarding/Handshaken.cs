using System.Net.Security;
using System.Security.Authentication;
using KestrelL4.Sockets;
using KestrelL4.Testing.Certificates;
using KestrelL4.Testing.Clients;
using KestrelL4.Testing.Servers;

namespace KestrelL4.Tests.Forwarding;

/// <summary>A TLS client and the server's stream, whose handshake is done and whose session was captured.</summary>
internal sealed record Handshaken(TlsClient Client, SslStream Stream, HandoverStream Wire) : IAsyncDisposable
{
    /// <summary>What a server of the tests presents.</summary>
    public static SslServerAuthenticationOptions Options { get; } = new()
    {
        ServerCertificateContext = TestAuthority.CreateRoot().Issue(TestSubject.Server()).ToContext(),
        EnabledSslProtocols = SslProtocols.Tls13,

        // As with a node, which wants a certificate of each client.
        AllowTlsResume = false,
    };

    /// <summary>Makes the handshake; what the client sends at once arrives together with its Finished.</summary>
    /// <param name="ahead">How many bytes of that, at most all, are received with the Finished; the others stay with the kernel.</param>
    /// <param name="sent">What it sends at once, each a record.</param>
    public static async Task<Handshaken> CreateAsync(int ahead = 0, params byte[][] sent)
    {
        using ManualServer server = new();
        Task<TlsClient> client = ConnectAndSendAsync(server, sent);
        HandoverStream wire = new(RelaySocket.Of(await server.AcceptAsync()), client, ahead);
        SslStream stream = new(wire);
        await stream.AuthenticateAsServerAsync(
            (_, _, _, _) =>
            {
                wire.Capture.Expect();
                return ValueTask.FromResult(Options);
            },
            state: null);
        return new Handshaken(await client, stream, wire);
    }

    public async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync();
        await Stream.DisposeAsync();
    }

    private static async Task<TlsClient> ConnectAndSendAsync(ManualServer server, byte[][] sent)
    {
        TlsClient client = await TlsClient.ConnectAsync(server.EndPoint, certificate: null);
        foreach (byte[] record in sent)
        {
            await client.SendAsync(record);
        }

        return client;
    }
}
