using System.Buffers;

namespace KestrelL4.Tls.RevocationLists;

/// <summary>Serial numbers in a few bytes each: a list may name hundreds of thousands, and every connection asks it.</summary>
internal sealed class SerialNumberSet
{
    // A certificate id has at most 128 digits; no certificate with a longer serial number comes this far.
    private const int MaxLength = 64;

    private readonly byte[] _octets;
    private readonly int[] _ends;

    /// <summary>Takes serial numbers as big-endian octets; leading zeros do not matter.</summary>
    public SerialNumberSet(List<ReadOnlyMemory<byte>> serialNumbers)
    {
        List<ReadOnlyMemory<byte>> sorted = serialNumbers.ConvertAll(static number => number.TrimStart((byte)0));
        sorted.Sort(static (left, right) => Compare(left.Span, right.Span));
        _octets = new byte[sorted.Sum(static number => number.Length)];
        _ends = new int[sorted.Count];
        int end = 0;
        for (int i = 0; i < _ends.Length; i++)
        {
            sorted[i].Span.CopyTo(_octets.AsSpan(end));
            end += sorted[i].Length;
            _ends[i] = end;
        }
    }

    /// <summary>How many there are; one given twice counts twice.</summary>
    public int Count => _ends.Length;

    /// <summary>Whether a serial number is among them.</summary>
    /// <param name="digits">Up to 128 hexadecimal digits without leading zeros, as in a certificate id; null or longer: it is not.</param>
    public bool Contains(string? digits)
    {
        if (digits is null || digits.Length > MaxLength * 2)
        {
            return false;
        }

        Span<char> even = stackalloc char[MaxLength * 2];
        int padding = digits.Length % 2;
        even[0] = '0';
        digits.CopyTo(even[padding..]);
        Span<byte> octets = stackalloc byte[MaxLength];
        return Convert.FromHexString(even[..(padding + digits.Length)], octets, out _, out int length) == OperationStatus.Done
            && Contains(octets[..length].TrimStart((byte)0));
    }

    private static int Compare(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right) =>
        left.Length != right.Length ? left.Length.CompareTo(right.Length) : left.SequenceCompareTo(right);

    private bool Contains(ReadOnlySpan<byte> number)
    {
        int low = 0;
        int high = _ends.Length - 1;
        while (low <= high)
        {
            int middle = low + ((high - low) / 2);
            int begin = middle == 0 ? 0 : _ends[middle - 1];
            int order = Compare(_octets.AsSpan(begin, _ends[middle] - begin), number);
            if (order == 0)
            {
                return true;
            }

            (low, high) = order < 0 ? (middle + 1, high) : (low, middle - 1);
        }

        return false;
    }
}
