using KestrelL4.Testing.Fuzzing;

namespace KestrelL4.Tests.Tls;

/// <summary>A value of DER as a tree that can be spoiled inside while its lengths stay right, so that readers get to the spoiled place.</summary>
internal sealed class DerNode
{
    private const byte Constructed = 0x20;

    private byte _tag;
    private byte[] _value = [];
    private List<DerNode>? _inner;

    private DerNode(byte tag) => _tag = tag;

    /// <summary>Takes a well-formed value apart.</summary>
    public static DerNode Parse(ReadOnlySpan<byte> encoded) => Assert.Single(ParseAll(encoded));

    /// <summary>A sequence of parts, whatever they hold.</summary>
    public static byte[] Enclose(params IEnumerable<byte[]> parts)
    {
        byte[] content = [.. parts.SelectMany(static part => part)];
        return [0x30, .. Length(content.Length), .. content];
    }

    /// <summary>Puts it together again.</summary>
    public byte[] Encode()
    {
        byte[] content = _inner is null ? _value : [.. _inner.SelectMany(static node => node.Encode())];
        return [_tag, .. Length(content.Length), .. content];
    }

    /// <summary>Changes a node or a few, somewhere inside.</summary>
    public void Spoil(Random random)
    {
        for (int changes = random.Next(1, 4); changes > 0; changes--)
        {
            DerNode[] all = [.. Nodes()];
            all[random.Next(all.Length)].SpoilItself(random, all);
        }
    }

    private static List<DerNode> ParseAll(ReadOnlySpan<byte> encoded)
    {
        List<DerNode> nodes = [];
        while (!encoded.IsEmpty)
        {
            int lengthBytes = encoded[1] < 0x80 ? 0 : encoded[1] & 0x7F;
            int length = lengthBytes == 0 ? encoded[1] : 0;
            foreach (byte part in encoded.Slice(2, lengthBytes))
            {
                length = (length << 8) | part;
            }

            ReadOnlySpan<byte> content = encoded.Slice(2 + lengthBytes, length);
            DerNode node = new(encoded[0]);
            if ((node._tag & Constructed) != 0)
            {
                node._inner = ParseAll(content);
            }
            else
            {
                node._value = content.ToArray();
            }

            nodes.Add(node);
            encoded = encoded[(2 + lengthBytes + length)..];
        }

        return nodes;
    }

    private static byte[] Length(int length) => length switch
    {
        < 0x80 => [(byte)length],
        < 0x100 => [0x81, (byte)length],
        < 0x1_0000 => [0x82, (byte)(length >> 8), (byte)length],
        _ => [0x83, (byte)(length >> 16), (byte)(length >> 8), (byte)length],
    };

    private IEnumerable<DerNode> Nodes() => (_inner ?? []).SelectMany(static node => node.Nodes()).Prepend(this);

    private void SpoilItself(Random random, DerNode[] all)
    {
        switch (random.Next(8))
        {
            case 0:
                _tag ^= (byte)(1 << random.Next(8));
                break;
            case 1:
                _tag = all[random.Next(all.Length)]._tag;
                break;
            case 2 when _inner is { Count: > 0 }:
                _inner.RemoveAt(random.Next(_inner.Count));
                break;
            case 3 when _inner is { Count: > 0 }:
                // One that holds this one would have no end, so what goes in is a copy.
                _inner.Insert(random.Next(_inner.Count + 1), all[random.Next(all.Length)].Copy());
                break;
            case 4 when _inner is { Count: > 1 }:
                _inner.Reverse(random.Next(_inner.Count - 1), 2);
                break;
            default:
                _value = _inner is null ? new Mutations([_value], []).Next(random) : _value;
                break;
        }
    }

    private DerNode Copy() => new(_tag) { _value = _value, _inner = _inner?.ConvertAll(static node => node.Copy()) };
}
