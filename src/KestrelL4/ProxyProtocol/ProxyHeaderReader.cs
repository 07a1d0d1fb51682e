namespace KestrelL4.ProxyProtocol;

/// <summary>Reads PROXY headers of both versions from the first bytes of a connection, as the specification by haproxy has them.</summary>
/// <remarks>Nothing is kept between two calls: when more bytes come, all that came is read again.</remarks>
public static class ProxyHeaderReader
{
    /// <summary>
    /// The most bytes that a header may have: 16 KiB, the buffer of haproxy. What real proxies send has a few hundred, or a few thousand
    /// with a client certificate in it.
    /// </summary>
    public const int MaxLength = 16 * 1024;

    /// <summary>Reads a header.</summary>
    /// <param name="bytes">All that came so far, possibly with bytes of the client behind the header.</param>
    /// <param name="header">The header when it is complete.</param>
    /// <returns><see cref="ProxyHeaderVerdict.Incomplete"/> only while there are fewer than <see cref="MaxLength"/> bytes.</returns>
    public static ProxyHeaderVerdict Read(ReadOnlySpan<byte> bytes, out ProxyHeader header)
    {
        header = default;
        return BeginsLike(bytes, BinaryHeader.Signature) ? BinaryHeader.Read(bytes, out header)
            : BeginsLike(bytes, TextHeader.Signature) ? TextHeader.Read(bytes, out header)
            : ProxyHeaderVerdict.Invalid;
    }

    private static bool BeginsLike(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> signature) => bytes.Length < signature.Length
        ? signature.StartsWith(bytes)
        : bytes.StartsWith(signature);
}
