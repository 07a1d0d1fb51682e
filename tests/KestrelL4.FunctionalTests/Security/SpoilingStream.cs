using System.Net.Sockets;

namespace KestrelL4.FunctionalTests.Security;

/// <summary>A connection that changes some of the bytes that are written to it, sooner or later.</summary>
internal sealed class SpoilingStream(Socket socket, Random random) : NetworkStream(socket, ownsSocket: false)
{
    private int _until = random.Next(12);

    /// <summary>Whether it has changed any.</summary>
    public bool IsSpoiled { get; private set; }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        byte[] bytes = buffer.ToArray();
        if (bytes.Length > 0 && _until-- <= 0)
        {
            IsSpoiled = true;
            bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
        }

        return base.WriteAsync(bytes, cancellationToken);
    }
}
