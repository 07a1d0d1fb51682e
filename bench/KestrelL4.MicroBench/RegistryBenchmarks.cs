using System.Globalization;
using BenchmarkDotNet.Attributes;
using KestrelL4.Registry;

namespace KestrelL4.MicroBench;

/// <summary>What it costs to find the client of a certificate, among few and many.</summary>
public class RegistryBenchmarks
{
    private RegistrySnapshot _registry = null!;
    private CertificateId _known;
    private CertificateId _unknown;

    [Params(1, 1000, 100_000)]
    public int Clients { get; set; }

    [GlobalSetup]
    public void SetUp()
    {
        _registry = new RegistrySnapshot(Enumerable.Range(1, Clients).Select(static i => KeyValuePair.Create(IdOf(i), ClientOf(i))), revision: 1);
        _known = IdOf((Clients / 2) + 1);
        _unknown = IdOf(Clients + 1);
    }

    [Benchmark]
    public object? Find() => _registry.Find(_known);

    [Benchmark]
    public object? FindNobody() => _registry.Find(_unknown);

    [Benchmark]
    public CertificateId ReadSerialNumber() => CertificateId.Create("main", "5F3A01B2C4D5E6F708192A3B4C5D6E7F80112233");

    // As long as those that CAs give, 20 octets.
    private static CertificateId IdOf(int number) => CertificateId.Create("main", string.Create(CultureInfo.InvariantCulture, $"5F3A01B2C4D5E6F708192A3B4C5D6E7F{number:X8}"));

    private static Client ClientOf(int number) => new() { Name = $"client{number}", Grants = new Dictionary<string, Grant>() };
}
