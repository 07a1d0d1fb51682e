using BenchmarkDotNet.Attributes;
using KestrelL4.ProxyProtocol;

namespace KestrelL4.MicroBench;

/// <summary>What it costs to read a PROXY header.</summary>
public class ProxyHeaderBenchmarks
{
    private static readonly byte[] Text = "PROXY TCP4 203.0.113.7 198.51.100.1 51234 6432\r\n"u8.ToArray();

    // PROXY over TCP and IPv4, 12 bytes of addresses and ports.
    private static readonly byte[] Binary =
        [.. "\r\n\r\n\0\r\nQUIT\n"u8, 0x21, 0x11, 0x00, 0x0C, 203, 0, 113, 7, 198, 51, 100, 1, 0xC8, 0x22, 0x19, 0x20];

    [Benchmark]
    public ProxyHeaderVerdict ReadV1() => Read(Text);

    [Benchmark]
    public ProxyHeaderVerdict ReadV2() => Read(Binary);

    private static ProxyHeaderVerdict Read(byte[] header)
    {
        ProxyHeaderVerdict verdict = ProxyHeaderReader.Read(header, out _);
        return verdict == ProxyHeaderVerdict.Complete ? verdict : throw new InvalidOperationException($"The header is {verdict}.");
    }
}
