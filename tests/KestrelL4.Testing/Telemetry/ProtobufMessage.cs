using System.Buffers.Binary;
using System.Text;

namespace KestrelL4.Testing.Telemetry;

/// <summary>One message of Protocol Buffers without its schema: the fields by number, as they came over the wire.</summary>
/// <remarks>Whoever reads a field knows its type. Groups, which nobody sends any more, are an error.</remarks>
public sealed class ProtobufMessage
{
    private readonly List<(int Number, ulong Scalar, ReadOnlyMemory<byte> Bytes)> _fields = [];

    private ProtobufMessage()
    {
    }

    /// <summary>Reads a message.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static ProtobufMessage Parse(ReadOnlyMemory<byte> bytes)
    {
        ProtobufMessage message = new();
        while (!bytes.IsEmpty)
        {
            ulong key = Varint(ref bytes);
            int number = (int)(key >> 3);
            message._fields.Add((key & 7) switch
            {
                0 => (number, Varint(ref bytes), default),
                1 => (number, BinaryPrimitives.ReadUInt64LittleEndian(Take(ref bytes, 8).Span), default),
                2 => (number, 0, Take(ref bytes, (int)Varint(ref bytes))),
                5 => (number, BinaryPrimitives.ReadUInt32LittleEndian(Take(ref bytes, 4).Span), default),
                _ => throw new FormatException($"Field {number} has the wire type {key & 7}."),
            });
        }

        return message;
    }

    /// <summary>Whether there is a field of that number.</summary>
    public bool Has(int number) => _fields.Exists(field => field.Number == number);

    /// <summary>The number in a field; 0 when it is not there.</summary>
    public ulong Scalar(int number) => _fields.FindLast(field => field.Number == number).Scalar;

    /// <summary>The floating point number in a field; 0 when it is not there.</summary>
    public double Real(int number) => BitConverter.UInt64BitsToDouble(Scalar(number));

    /// <summary>The bytes in a field; empty when it is not there.</summary>
    public ReadOnlyMemory<byte> Bytes(int number) => _fields.FindLast(field => field.Number == number).Bytes;

    /// <summary>The text in a field; empty when it is not there.</summary>
    public string Text(int number) => Encoding.UTF8.GetString(Bytes(number).Span);

    /// <summary>The message in a field; one without fields when it is not there.</summary>
    public ProtobufMessage Message(int number) => Parse(Bytes(number));

    /// <summary>All messages in a field that repeats.</summary>
    public IEnumerable<ProtobufMessage> Messages(int number) => _fields.Where(field => field.Number == number).Select(field => Parse(field.Bytes));

    /// <summary>All numbers of eight bytes in a field that repeats.</summary>
    public IEnumerable<double> Reals(int number) => Bytes(number).ToArray().Chunk(8).Select(static chunk => BitConverter.ToDouble(chunk));

    private static ReadOnlyMemory<byte> Take(ref ReadOnlyMemory<byte> bytes, int count)
    {
        if (count < 0 || count > bytes.Length)
        {
            throw new FormatException($"A field has {count} bytes where {bytes.Length} are left.");
        }

        ReadOnlyMemory<byte> taken = bytes[..count];
        bytes = bytes[count..];
        return taken;
    }

    private static ulong Varint(ref ReadOnlyMemory<byte> bytes)
    {
        ulong value = 0;
        for (int shift = 0; shift < 64; shift += 7)
        {
            byte next = Take(ref bytes, 1).Span[0];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        throw new FormatException("A number has more than ten bytes.");
    }
}
