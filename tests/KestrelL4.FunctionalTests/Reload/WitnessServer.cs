using System.Net.Sockets;

namespace KestrelL4.FunctionalTests.Reload;

/// <summary>
/// An echo server that counts how its connections ended. One whose first byte is <see cref="EndsFirst"/> is half-closed by the
/// server after that byte; one whose first byte is <see cref="Stays"/> is kept open by the server after the peer's end.
/// </summary>
public sealed class WitnessServer : LoopbackServer
{
    /// <summary>The server ends its direction after this byte.</summary>
    public const byte EndsFirst = (byte)'e';

    /// <summary>The server does not follow the peer's end.</summary>
    public const byte Stays = (byte)'s';

    private int _resets;
    private int _fins;
    private int _staying;

    /// <summary>Starts it.</summary>
    public WitnessServer() => Start();

    /// <summary>How many connections ended by a reset so far.</summary>
    public int Resets => Volatile.Read(ref _resets);

    /// <summary>How many connections ended orderly so far.</summary>
    public int Fins => Volatile.Read(ref _fins);

    /// <summary>How many connections are or were kept open after the peer's end.</summary>
    public int Staying => Volatile.Read(ref _staying);

    /// <inheritdoc/>
    protected override async Task ServeAsync(Socket connection, CancellationToken cancellationToken)
    {
        try
        {
            byte first = await EchoAsync(connection, cancellationToken);
            if (first == Stays)
            {
                Interlocked.Increment(ref _staying);
                await Eventually.UntilAsync(connection.IsReset, "the peer resets after its end");
                Interlocked.Increment(ref _resets);
                return;
            }

            Interlocked.Increment(ref _fins);
        }
        catch (SocketException exception) when (exception.SocketErrorCode is SocketError.ConnectionReset or SocketError.Shutdown)
        {
            Interlocked.Increment(ref _resets);
        }
    }

    private static async Task<byte> EchoAsync(Socket connection, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[64 * 1024];
        byte? first = null;
        int count;
        while ((count = await connection.ReceiveAsync(buffer, cancellationToken)) > 0)
        {
            await connection.SendAllAsync(buffer.AsMemory(0, count), cancellationToken);
            first ??= buffer[0];
            if (first == EndsFirst)
            {
                connection.Shutdown(SocketShutdown.Send);
            }
        }

        return first ?? 0;
    }
}
