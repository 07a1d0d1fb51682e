using System.Buffers;
using System.IO.Pipelines;
using KestrelL4.ProxyProtocol;
using KestrelL4.Server.Configuration;
using KestrelL4.Server.Transport;
using KestrelL4.Tls;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;

namespace KestrelL4.Server.Listeners;

/// <summary>Takes the PROXY header off the connections of proxies, which must begin with one; all others pass untouched.</summary>
/// <param name="time">The clock of the handshake's time-out, which covers the header too.</param>
internal sealed class ProxyHeaderStep(TimeProvider time)
{
    private ProxyProtocolConfiguration _protocol = new();

    /// <summary>Who is a proxy; a new one holds from the next connection.</summary>
    public ProxyProtocolConfiguration Protocol
    {
        get => Volatile.Read(ref _protocol);
        set => Volatile.Write(ref _protocol, value);
    }

    /// <summary>Reads the header, if there must be one, and gives the connection its client's address.</summary>
    /// <param name="context">The connection before TLS. Bytes behind the header stay in its input.</param>
    /// <param name="connection">What is known of it.</param>
    /// <param name="timeout">How long the header and the handshake behind it may take together.</param>
    /// <returns>Whether the connection may go on; if not, it is concluded.</returns>
    public async ValueTask<bool> PassAsync(ConnectionContext context, ProxiedConnection connection, TimeSpan timeout)
    {
        if (!Protocol.IsProxy(connection.Peer))
        {
            return true;
        }

        context.Features.GetRequiredFeature<SocketConnection>().BeginHandshake(timeout, time);
        HandshakeFailure? problem = await ReadAsync(context.Transport.Input, connection).ConfigureAwait(false);
        if (problem is { } cause && connection.Conclude(CloseReason.ProxyHeaderInvalid))
        {
            connection.Cause = cause.Word();
        }

        return problem is null;
    }

    // What can be wrong with a header has the words of what can be wrong with a handshake.
    private static async ValueTask<HandshakeFailure?> ReadAsync(PipeReader input, ProxiedConnection connection)
    {
        try
        {
            while (true)
            {
                ReadResult result = await input.ReadAsync().ConfigureAwait(false);
                ReadOnlySequence<byte> bytes = result.Buffer;

                // Our transport gives what it has in one piece, of up to 64 KiB.
                switch (ProxyHeaderReader.Read(bytes.FirstSpan, out ProxyHeader header))
                {
                    case ProxyHeaderVerdict.Complete:
                        input.AdvanceTo(bytes.GetPosition(header.Length));
                        connection.Peer = header.Source ?? connection.Peer;
                        connection.Destination = header.Destination ?? connection.Destination;
                        return null;
                    case ProxyHeaderVerdict.Invalid:
                        return HandshakeFailure.Protocol;
                    case ProxyHeaderVerdict.Incomplete when result.IsCompleted:
                        return HandshakeFailure.Aborted;
                }

                input.AdvanceTo(bytes.Start, bytes.End);
            }
        }
        catch (Exception exception) when (exception is ConnectionResetException or ConnectionAbortedException)
        {
            return HandshakeFailure.Aborted;
        }
        catch (OperationCanceledException)
        {
            return HandshakeFailure.Timeout;
        }
    }
}
