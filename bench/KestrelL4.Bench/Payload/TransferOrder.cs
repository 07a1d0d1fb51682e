using System.Buffers.Binary;

namespace KestrelL4.Bench.Payload;

/// <summary>What a client asks its upstream for in the first bytes of a connection.</summary>
/// <param name="Kind">One of <see cref="Echo"/>, <see cref="Download"/>, <see cref="Upload"/>.</param>
/// <param name="Length">Bytes to transfer.</param>
/// <param name="Offset">Where in the pattern the transfer begins.</param>
internal readonly record struct TransferOrder(byte Kind, long Length, long Offset)
{
    /// <summary>Everything comes back, this byte included; no length follows.</summary>
    public const byte Echo = (byte)'e';

    /// <summary>The upstream sends the pattern, then ends.</summary>
    public const byte Download = (byte)'d';

    /// <summary>
    /// The upstream checks the pattern and answers with the number of right bytes in <see cref="ReceiptSize"/> bytes: 0 once it has
    /// the order, so that the payload starts with a reader behind it, then the whole number.
    /// </summary>
    public const byte Upload = (byte)'u';

    /// <summary>Bytes of an order on the wire.</summary>
    public const int Size = 1 + 8 + 8;

    /// <summary>Bytes of each of the upstream's two answers to an upload.</summary>
    public const int ReceiptSize = 8;

    /// <summary>The order as it goes over the wire.</summary>
    public byte[] ToBytes()
    {
        byte[] bytes = new byte[Size];
        bytes[0] = Kind;
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(1), Length);
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(9), Offset);
        return bytes;
    }

    /// <summary>Reads an order of <see cref="Size"/> bytes.</summary>
    public static TransferOrder FromBytes(ReadOnlySpan<byte> bytes) =>
        new(bytes[0], BinaryPrimitives.ReadInt64BigEndian(bytes[1..]), BinaryPrimitives.ReadInt64BigEndian(bytes[9..]));
}
