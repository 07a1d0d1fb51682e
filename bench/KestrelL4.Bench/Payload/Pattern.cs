namespace KestrelL4.Bench.Payload;

/// <summary>An endless, reproducible stream of bytes that both ends can produce and compare at any offset.</summary>
internal static class Pattern
{
    /// <summary>The most bytes one slice may hold.</summary>
    public const int MaxSlice = 256 * 1024;

    // A prime, so that no record, buffer or segment size divides it and a piece in the wrong place never matches.
    private const int Period = 65_521;

    private static readonly byte[] Bytes = Generate();

    /// <summary>The bytes at an offset of the stream; length up to <see cref="MaxSlice"/>.</summary>
    public static ReadOnlyMemory<byte> Slice(long offset, int length) => Bytes.AsMemory((int)(offset % Period), length);

    /// <summary>Throws unless these are the stream's bytes at the offset.</summary>
    public static void Verify(ReadOnlySpan<byte> actual, long offset, string where)
    {
        if (!actual.SequenceEqual(Slice(offset, actual.Length).Span))
        {
            throw new BenchmarkFailedException($"{where}: wrong byte within {actual.Length} bytes at offset {offset}");
        }
    }

    private static byte[] Generate()
    {
        byte[] period = new byte[Period];
        new Random(20_260_101).NextBytes(period);
        byte[] bytes = new byte[Period + MaxSlice];
        for (int i = 0; i < bytes.Length; i++)
        {
            bytes[i] = period[i % Period];
        }

        return bytes;
    }
}
