using System.Text;
using System.Text.Json;
using KestrelL4.Authority.Identities;
using KestrelL4.Protocol.Snapshots;
using KestrelL4.Testing;
using KestrelL4.Testing.Fuzzing;

namespace KestrelL4.Authority.Tests.Protocol;

/// <summary>What holds for every document that claims to be a registry: only what the authority signed is believed, and it is read as it was meant.</summary>
public sealed class SnapshotFuzzTests : IDisposable
{
    private const int Rounds = 4_000;

    private static readonly FakeTime Time = new();

    private static readonly byte[][] Words =
    [
        .. new[]
        {
            "null", "{}", "[]", "\"\"", "\"*\"", "-1", "1e400", "0.5", "9223372036854775808", "2147483648", "true", "\"00:00:00\"", "\"10675200.00:00:00\"",
            "\"-00:00:01\"", "\"\\ud800\"", "\"\\u0000\"", "\\", "\"Clients\":", "\"RateLimits\":{\"Postgres\":{},\"postgres\":{}},", "\"Epoch\":0,", "\n", "\r\n", "[[[[", "}}}}",
        }.Select(Encoding.UTF8.GetBytes),
        [0xFF, 0xFE], [0xC0, 0x80], [0xED, 0xA0, 0x80],
    ];

    private readonly TemporaryDirectory _home = new();
    private readonly Issuers _issuers;

    public SnapshotFuzzTests() => _issuers = AuthorityFixture.OpenIssuers(_home.Path, Time, isNew: true);

    public void Dispose()
    {
        _issuers.Dispose();
        _home.Dispose();
    }

    [Fact]
    public void TryVerify_ChangedAfterItWasSigned_IsRefused()
    {
        SnapshotVerifier verifier = new(_issuers.Root.Certificate);
        byte[][] signed = [.. new[] { 0, 1, 3 }.Select(clients => new SnapshotSigner(_issuers.Snapshots).Sign(ManyClients.Snapshot(clients, Time)))];
        Fuzz.Run(Rounds, new Mutations(signed, Words).Next, bytes =>
        {
            bool isBelieved = verifier.TryVerify(bytes, Time.GetUtcNow(), out Snapshot? snapshot, out string? refusal);

            Assert.Equal((isBelieved, !isBelieved), (snapshot is not null, refusal is not null));
            Assert.Equal(signed.Any(whole => whole.AsSpan().SequenceEqual(bytes)), isBelieved);
        });
    }

    [Fact]
    public void Read_Spoiled_IsNullOrWhatTheSerializerReads()
    {
        byte[][] valid = [.. new[] { 0, 1, 3 }.Select(clients => JsonSerializer.SerializeToUtf8Bytes(ManyClients.Snapshot(clients, Time), SnapshotJson.Default.Snapshot))];
        int read = 0;
        Fuzz.Run(Rounds, new Mutations(valid, Words).Next, bytes =>
        {
            if (SnapshotReader.Read(bytes) is { } snapshot && BySerializer(bytes) is { } expected)
            {
                read++;
                Assert.Equal(Text(expected), Text(snapshot));
            }
        });
        Assert.NotEqual(0, read);
    }

    // It is more particular: a duration must have two digits everywhere.
    private static Snapshot? BySerializer(byte[] bytes)
    {
        try
        {
            return JsonSerializer.Deserialize(bytes, SnapshotJson.Default.Snapshot);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string Text(Snapshot snapshot) => JsonSerializer.Serialize(snapshot, SnapshotJson.Default.Snapshot);
}
