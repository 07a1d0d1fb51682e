using System.Net.Security;
using System.Net.Sockets;
using KestrelL4.Forwarding;
using KestrelL4.Sockets;
using KestrelL4.Testing.Clients;
using KestrelL4.Testing.Servers;

namespace KestrelL4.Tests.Forwarding;

/// <summary>A TLS client and the relay's end of its connection.</summary>
internal sealed class TlsEnds(TlsClient client, RelayEnd end) : IAsyncDisposable
{
    public TlsClient Client { get; } = client;

    public RelayEnd End { get; } = end;

    public static async Task<TlsEnds> CreateAsync(TlsEngine engine) =>
        engine == TlsEngine.Stream ? await CreateOfStreamAsync() : await TakeOverAsync(await Handshaken.CreateAsync());

    /// <summary>The end of a session that is taken over.</summary>
    public static async Task<TlsEnds> TakeOverAsync(Handshaken made)
    {
        OpenSslRelayEnd? end = await OpenSslRelayEnd.TryTakeOverAsync(made.Stream, made.Wire);
        Assert.NotNull(end);
        return new TlsEnds(made.Client, end);
    }

    /// <summary>Reads that many bytes as a relay does.</summary>
    public async Task<byte[]> ReadAsync(int count)
    {
        byte[] bytes = new byte[count];
        for (int filled = 0; filled < count;)
        {
            await End.WaitAsync().AsTask().WaitAsync(Eventually.DefaultDeadline);
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

    private static async Task<TlsEnds> CreateOfStreamAsync()
    {
        using ManualServer server = new();
        Task<TlsClient> connecting = TlsClient.ConnectAsync(server.EndPoint, certificate: null);
        Socket accepted = await server.AcceptAsync();
        TlsTurn turn = new();
        SslStream stream = new(new TurnStream(accepted, turn));
        await stream.AuthenticateAsServerAsync(Handshaken.Options);
        return new TlsEnds(await connecting, new TlsRelayEnd(stream, accepted, turn));
    }
}
