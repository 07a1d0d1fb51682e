using System.Text;
using KestrelL4.Server.Configuration;
using KestrelL4.Server.Configuration.Values;
using KestrelL4.Testing.Fuzzing;

namespace KestrelL4.Server.Tests.Configuration;

/// <summary>What holds for every configuration: it is read, or every error says where it is, what is wrong and what is allowed; in one printable line.</summary>
public sealed class ConfigurationFuzzTests : IDisposable
{
    private const int Rounds = 1_000;
    private const int LongestError = 4_000;

    // A key of each kind, with room for all that stands beside it.
    private const string Full = """
        { "KestrelL4": {
          "StateDirectory": "state",
          "Identity": { "Certificate": "s.crt", "Key": "s.key" },
          "ClientAuthorities": { "main": { "Certificate": "ca.crt", "RevocationList": "ca.crl", "MaxRevocationAge": "24h" } },
          "Applications": { "echo": {
            "Listen": "127.0.0.1:9443", "Balancing": "LeastConnections",
            "Upstreams": { "one": { "Address": "127.0.0.1:9001", "Weight": 2, "MaxConnections": 9 }, "two": { "Address": "db.internal:1", "Expand": true }, "three": { "Address": "unix:/run/db", "Backup": true } },
            "UpstreamTls": { "ServerName": "db.internal", "Ca": "db.crt", "Certificate": "c.crt", "Key": "c.key" },
            "HealthCheck": { "Active": { "Probe": "Http", "Interval": "2s", "Timeout": "1s", "Rise": 2, "Fall": 3, "Path": "/h", "Port": 8080 },
              "Passive": { "Failures": 3, "Quarantine": "10s", "MaxQuarantine": "5m" }, "PanicThreshold": 0.5, "SlowStart": "1s", "CloseOnDown": true },
            "Timeouts": { "Handshake": "10s", "Connect": "3s", "Idle": "1h", "MaxDuration": "never", "Queue": "0s", "AfterExpiry": "0s" },
            "RateLimit": { "MaxConcurrentConnections": 5 }, "ClientRateLimit": { "ConnectionsPerWindow": 5, "Window": "2s", "BytesPerSecond": 100, "WaitUpTo": "1s" },
            "ProxyProtocol": { "AcceptFrom": ["10.0.0.0/8", "::1"], "Send": "V2" } } },
          "Clients": { "alice": { "SerialNumbers": ["5F:3A:01"], "Applications": ["echo"], "RateLimits": { "echo": {} }, "Disabled": false } },
          "Accept": { "MaxConnections": 10, "MaxConcurrentHandshakes": 5 }, "RateLimit": {}, "SourceRateLimit": {},
          "Admin": { "Listen": "127.0.0.1:9780", "AllowedHosts": ["admin.internal"] }, "Drain": { "Delay": "0s", "Timeout": "30s" } } }
        """;

    private static readonly string[] Values =
    [
        "", " ", "null", "{}", "[]", "true", "-1", "0", "1", "1e9", "0x10", "2147483648", "99999999999999999999", "NaN", "∞", "24:00:00", "00:00:01", "1s", "1 s", "-1s", "never", "106751991167d",
        "127.0.0.1:0", "127.0.0.1:65536", "127.1:1", "[::1]:1", "[::]:1", "::", ":1", "localhost:0", "unix:", "unix:/a", "unix:" + new string('/', 200), "systemd:x", "systemd:", "http://a", "db:1",
        "10.0.0.0/33", "10.0.0.1/8", "*", "main:5F3A01", "5F3A01", "main:", ":", "é", "\u0000", "\u001b[2J", "\u202e", "\ud800", "a:b:c", "../../etc/passwd", "a\nb", "V2", "Tcp",
    ];

    private static readonly byte[][] Words =
    [
        .. Values.Select(static value => Encoding.UTF8.GetBytes($"\"{value}\"")), "{"u8.ToArray(), "}"u8.ToArray(), "["u8.ToArray(), "]"u8.ToArray(), ","u8.ToArray(), "//"u8.ToArray(),
        "\"Applications\":"u8.ToArray(), "\"KestrelL4:Clients:\":"u8.ToArray(), [0xFF], [0xEF, 0xBB, 0xBF], [0xED, 0xA0, 0x80],
    ];

    private readonly ConfigurationFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Read_SpoiledFile_IsReadOrExplained()
    {
        Mutations mutations = new([Encoding.UTF8.GetBytes(Full), Encoding.UTF8.GetBytes(ConfigurationFolder.Base)], Words);
        Fuzz.Run(Rounds, mutations.Next, bytes =>
        {
            File.WriteAllBytes(_folder.PathOf("spoiled.json"), bytes);
            AssertExplained(_folder.ReadFiles("spoiled.json"));
            AssertExplained(_folder.ReadFiles("base.json", "spoiled.json"));
        });
    }

    [Fact]
    public void Read_AnyValueAnywhere_IsReadOrExplained()
    {
        _folder.Write("full.json", Full);
        string[] keys = [.. Keys()];
        Assert.True(keys.Length > 60, "the keys are known");
        Fuzz.Run(Rounds, random =>
        {
            string[] settings = [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => $"{AnyKey(keys, random)}={AnyValue(random)}")];
            try
            {
                AssertExplained(_folder.Read(["full.json"], settings));
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException($"With --set {string.Join(" --set ", settings)}: {exception.Message}", exception);
            }
        });
    }

    [Fact]
    public void TryParse_AnyText_IsReadOnceAndForAll() => Fuzz.Run(Rounds, static random =>
    {
        string text = AnyText(random);
        if (Duration.TryParse(text, out TimeSpan span, out string allowed))
        {
            Assert.True(span >= TimeSpan.Zero, $"'{text}' is {span}");
        }
        else
        {
            Assert.NotEmpty(allowed);
        }
    });

    private static void AssertExplained(ConfigurationReading reading)
    {
        Assert.Equal(reading.Configuration is null, reading.Errors.Count + reading.Unreadable.Count > 0);
        foreach (ConfigurationError error in reading.Errors.Concat(reading.Unreadable))
        {
            Assert.NotEmpty(error.Source);
            Assert.NotEmpty(error.Problem);
            string line = error.ToString();
            Assert.InRange(line.Length, 1, LongestError);
            Assert.DoesNotContain(line, static letter => char.IsControl(letter) || letter is '\u202e');
        }
    }

    // Every key of the example, as the command line names it.
    private static IEnumerable<string> Keys()
    {
        using var document = System.Text.Json.JsonDocument.Parse(Full);
        return [.. KeysOf("", document.RootElement)];
    }

    private static IEnumerable<string> KeysOf(string path, System.Text.Json.JsonElement element) => element.ValueKind switch
    {
        System.Text.Json.JsonValueKind.Object => element.EnumerateObject().SelectMany(each => KeysOf($"{path}:{each.Name}", each.Value).Prepend($"{path}:{each.Name}".TrimStart(':'))),
        System.Text.Json.JsonValueKind.Array => Enumerable.Range(0, element.GetArrayLength()).Select(index => $"{path}:{index}".TrimStart(':')),
        _ => [],
    };

    private static string AnyKey(string[] keys, Random random)
    {
        string key = keys[random.Next(keys.Length)];
        return random.Next(6) switch
        {
            0 => key + ":" + random.Next(3),
            1 => key[..random.Next(1, key.Length)],
            2 => key.ToUpperInvariant(),
            3 => key.Replace("echo", AnyValue(random), StringComparison.Ordinal),
            _ => key,
        };
    }

    private static string AnyValue(Random random) => random.Next(3) == 0 ? AnyText(random) : Values[random.Next(Values.Length)];

    private static string AnyText(Random random)
    {
        string alphabet = random.Next(2) == 0 ? "0123456789.:-dhms +" : "aZ09.:/[]*@_-\"'\\ \t\u00e9\u2028";
        return string.Concat(Enumerable.Range(0, random.Next(12)).Select(_ => alphabet[random.Next(alphabet.Length)]));
    }
}
