using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using KestrelL4.Testing.Certificates;

namespace KestrelL4.Testing.Clients;

/// <summary>A client of an application: TLS 1.3 with a certificate, or without.</summary>
public sealed class TlsClient : IAsyncDisposable
{
    private readonly WireStream _wire;

    private TlsClient(Socket socket)
    {
        Socket = socket;
        _wire = new WireStream(socket);
        Stream = new TurnTakingSslStream(_wire);
    }

    /// <summary>The TLS stream, which may be read while it says goodbye.</summary>
    public SslStream Stream { get; }

    /// <summary>The socket below it.</summary>
    public Socket Socket { get; }

    /// <summary>How many bytes <see cref="ObserveEndAsync"/> has discarded.</summary>
    public long Discarded { get; private set; }

    /// <summary>Connects and makes the handshake, checking nothing about the server; null = presents no certificate.</summary>
    /// <exception cref="AuthenticationException">The handshake failed.</exception>
    /// <exception cref="OperationCanceledException">It took longer than the deadline.</exception>
    /// <exception cref="IOException">The server ended the connection during the handshake.</exception>
    public static async Task<TlsClient> ConnectAsync(IPEndPoint server, TestCertificate? certificate, TlsClientOptions? options = null)
    {
        options ??= new TlsClientOptions();
        using CancellationTokenSource deadline = new(options.Deadline);
        return await SecureAsync(await SocketExtensions.ConnectAsync(server, options.From, deadline.Token), certificate, options, deadline.Token);
    }

    /// <summary>Makes the handshake over a socket that is connected already, which is closed with the client.</summary>
    /// <inheritdoc cref="ConnectAsync"/>
    public static async Task<TlsClient> SecureAsync(Socket connected, TestCertificate? certificate)
    {
        TlsClientOptions options = new();
        using CancellationTokenSource deadline = new(options.Deadline);
        return await SecureAsync(connected, certificate, options, deadline.Token);
    }

    /// <summary>Sends bytes.</summary>
    public async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        await Stream.WriteAsync(bytes);
        await Stream.FlushAsync();
    }

    /// <summary>Receives exactly that many bytes, within the default deadline.</summary>
    public async Task<byte[]> ReceiveAsync(int count)
    {
        byte[] bytes = new byte[count];
        using CancellationTokenSource deadline = new(Eventually.DefaultDeadline);
        await Stream.ReadExactlyAsync(bytes, deadline.Token);
        return bytes;
    }

    /// <summary>Sends bytes and gives as many that come back.</summary>
    public async Task<byte[]> EchoAsync(byte[] bytes)
    {
        Task<byte[]> received = ReceiveAsync(bytes.Length);
        await SendAsync(bytes);
        return await received;
    }

    /// <summary>Ends the client's direction by close_notify; the other goes on.</summary>
    public Task CompleteSendingAsync() => Stream.ShutdownAsync();

    /// <summary>Receives until the server's end, within the default deadline.</summary>
    public async Task<byte[]> ReceiveToEndAsync()
    {
        using MemoryStream received = new();
        using CancellationTokenSource deadline = new(Eventually.DefaultDeadline);
        await Stream.CopyToAsync(received, deadline.Token);
        return received.ToArray();
    }

    /// <summary>Waits for the end, discarding what still arrives, and tells how it came.</summary>
    public async Task<TlsEnd> ObserveEndAsync(TimeSpan? deadline = null)
    {
        using CancellationTokenSource limit = new(deadline ?? Eventually.DefaultDeadline);
        try
        {
            await DiscardAsync(limit.Token);
        }
        catch (IOException exception) when (exception.GetBaseException() is SocketException)
        {
            return TlsEnd.Reset;
        }
        catch (IOException)
        {
            return TlsEnd.Alert;
        }

        if (_wire.Ended)
        {
            return TlsEnd.Fin;
        }

        return await Socket.ObserveEndAsync(limit.Token) == PeerEnd.Reset ? TlsEnd.CloseNotifyThenReset : TlsEnd.CloseNotifyThenFin;
    }

    /// <summary>Cuts the connection with a reset.</summary>
    public void Reset() => Socket.Reset();

    /// <summary>Closes the socket without a word of TLS.</summary>
    public ValueTask DisposeAsync() => Stream.DisposeAsync();

    private static async Task<TlsClient> SecureAsync(
        Socket connected, TestCertificate? certificate, TlsClientOptions options, CancellationToken cancellationToken)
    {
        TlsClient client = new(connected);
        try
        {
            await client.Stream.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions
                {
                    TargetHost = "localhost",
                    EnabledSslProtocols = options.Protocols,
                    ClientCertificateContext = certificate?.ToContext(),
#pragma warning disable CA5359 // What the node presents is the subject of its own tests; here it is the way to the rest.
                    RemoteCertificateValidationCallback = (_, _, _, _) => true,
#pragma warning restore CA5359
                },
                cancellationToken);
            client._wire.Turn.Release();
            return client;
        }
        catch
        {
            await client.DisposeAsync();
            throw;
        }
    }

    private async Task DiscardAsync(CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[64 * 1024];
        int count;
        while ((count = await Stream.ReadAsync(buffer, cancellationToken)) > 0)
        {
            Discarded += count;
        }
    }
}
