using System.Diagnostics;
using System.Text;
using KestrelL4.Server.Configuration;

namespace KestrelL4.Server.Tests.Configuration;

public sealed class LargeConfigurationTests : IDisposable
{
    // Generous for a busy machine: a quadratic reader takes minutes.
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);
    private readonly ConfigurationFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Read_TenMegabytesOfClients_IsValidSoon()
    {
        _folder.Write("large.json", Clients(100_000, "echo", number => $"{number + 1:X12}"));
        ConfigurationReading reading = ReadSoon("base.json", "large.json");

        Assert.Equal(100_001, reading.Valid().Clients.Count);
        Assert.NotEmpty(reading.Hash);
    }

    [Fact]
    public void Read_TenMegabytesOfErrors_ReportsAHundredAndTheirNumberSoon()
    {
        _folder.Write("large.json", Clients(100_000, "unknown-application", _ => "no number"));
        ConfigurationReading reading = ReadSoon("base.json", "large.json");

        Assert.Equal(101, reading.Errors.Count);
        Assert.Equal("and 199900 more errors", reading.Errors[^1].Problem);
    }

    [Fact]
    public void Read_TenMegabytesOfUnknownKeys_IsBoundedSoon()
    {
        IEnumerable<string> keys = Enumerable.Range(0, 700_000).Select(number => $"\"k{number}\":1");
        _folder.Write("large.json", $"{{ \"KestrelL4\": {{ {string.Join(',', keys)} }} }}");

        Assert.Equal(101, ReadSoon("base.json", "large.json").Errors.Count);
    }

    [Theory]
    [InlineData("{\"KestrelL4\":", "{\"a\":", 5_000_000)]
    [InlineData("{\"KestrelL4\":", "[", 5_000_000)]
    public void Read_DeeplyNestedFile_IsOneError(string start, string nested, int depth)
    {
        _folder.Write("deep.json", start + new StringBuilder().Insert(0, nested, depth / nested.Length));

        Assert.Contains("is not JSON", Assert.Single(ReadSoon("base.json", "deep.json").Errors).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_DeepKeyInOneText_IsOneError()
    {
        string key = string.Join(':', Enumerable.Repeat("a", 500_000));
        _folder.Write("deep.json", $"{{ \"KestrelL4:{key}\": 1 }}");

        ReadSoon("base.json", "deep.json").OneError("a");
    }

    [Fact]
    public void Read_LongKeyAboveManyKeys_IsOneErrorInsteadOfGigabytes()
    {
        IEnumerable<string> keys = Enumerable.Range(0, 100_000).Select(number => $"\"{number}\":1");
        _folder.Write("wide.json", $"{{ \"{new string('k', 1_000_000)}\": {{ {string.Join(',', keys)} }} }}");

        Assert.Contains("MiB for its keys", Assert.Single(ReadSoon("base.json", "wide.json").Errors).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_LongAndUnprintableValue_IsCutAndEscaped()
    {
        ConfigurationError error = _folder.ReadWith($"Drain:Timeout=\u001b[2J\u202e{new string('9', 1_000_000)}").OneError("Drain:Timeout");

        Assert.StartsWith("'\\u001b[2J\\u202e999", error.Problem, StringComparison.Ordinal);
        Assert.InRange(error.ToString().Length, 1, 400);
    }

    private ConfigurationReading ReadSoon(params string[] files)
    {
        long start = Stopwatch.GetTimestamp();
        ConfigurationReading reading = _folder.ReadFiles(files);
        Assert.InRange(Stopwatch.GetElapsedTime(start), TimeSpan.Zero, Soon);
        return reading;
    }

    private static string Clients(int count, string application, Func<int, string> serialNumber)
    {
        IEnumerable<string> clients = Enumerable.Range(0, count).Select(number =>
            $$"""
            "client-{{number}}@example": {
              "SerialNumbers": ["{{serialNumber(number)}}"], "Applications": ["{{application}}"], "Disabled": false }
            """);
        return $"{{ \"KestrelL4\": {{ \"Clients\": {{ {string.Join(",\n", clients)} }} }} }}";
    }
}
