using System.Buffers;

namespace KestrelL4.Forwarding;

/// <summary>Lets a peer finish after nobody listens any more: closing at once would reset what it has not read yet.</summary>
internal static class LingeringEnd
{
    /// <summary>How long a peer may take.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(1);

    private const int Piece = 4 * 1024;

    // A peer that goes on sending for a second of 10 Gbit/s would cost more than its orderly end is worth.
    private const int MaxBytes = 1024 * 1024;

    /// <summary>Reads and throws away until the peer ends; a peer that does not within <see cref="Timeout"/> is cut.</summary>
    /// <returns>Whether the peer ended in order.</returns>
    public static async Task<bool> AwaitAsync(RelayEnd end, TimeProvider time)
    {
        using ITimer timer = time.CreateTimer(static state => ((RelayEnd)state!).Abort(), end, Timeout, System.Threading.Timeout.InfiniteTimeSpan);
        try
        {
            for (int read = 0; read < MaxBytes;)
            {
                await end.WaitAsync().ConfigureAwait(false);
                int count = await ReadPieceAsync(end).ConfigureAwait(false);
                if (count == 0)
                {
                    return true;
                }

                read += count;
            }

            end.Abort();
        }
        catch (Exception exception) when (RelayEnd.IsBroken(exception))
        {
            end.Abort();
        }

        return false;
    }

    private static async ValueTask<int> ReadPieceAsync(RelayEnd end)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(Piece);
        try
        {
            return await end.ReadAsync(buffer).ConfigureAwait(false);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
