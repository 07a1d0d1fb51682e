using System.Net.Sockets;

namespace KestrelL4.FunctionalTests.Reload;

/// <summary>An echo server that counts how its connections ended.</summary>
public sealed class WitnessServer : LoopbackServer
{
    private int _resets;
    private int _fins;

    /// <summary>Starts it.</summary>
    public WitnessServer() => Start();

    /// <summary>How many connections ended by a reset so far.</summary>
    public int Resets => Volatile.Read(ref _resets);

    /// <summary>How many connections ended orderly so far.</summary>
    public int Fins => Volatile.Read(ref _fins);

    /// <inheritdoc/>
    protected override async Task ServeAsync(Socket connection, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[64 * 1024];
        try
        {
            int count;
            while ((count = await connection.ReceiveAsync(buffer, cancellationToken)) > 0)
            {
                await connection.SendAllAsync(buffer.AsMemory(0, count), cancellationToken);
            }

            Interlocked.Increment(ref _fins);
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.ConnectionReset)
        {
            Interlocked.Increment(ref _resets);
        }
    }
}
