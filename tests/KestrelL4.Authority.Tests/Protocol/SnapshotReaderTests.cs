using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using KestrelL4.Authority.Identities;
using KestrelL4.Protocol.Snapshots;
using KestrelL4.Testing;
using Xunit.Abstractions;

namespace KestrelL4.Authority.Tests.Protocol;

/// <summary>The reader by hand understands what the serializer wrote, as the serializer would.</summary>
/// <remarks>With <c>KESTRELL4_MEASURE=1</c> it takes 100,000 clients and prints the figures of docs/measurements.md.</remarks>
public sealed class SnapshotReaderTests(ITestOutputHelper output)
{
    private static readonly bool IsMeasuring = Environment.GetEnvironmentVariable("KESTRELL4_MEASURE") == "1";
    private static readonly FakeTime Time = new();

    [Fact]
    public void Read_WhatTheSerializerWrote_IsWhatItWouldRead()
    {
        byte[] content = JsonSerializer.SerializeToUtf8Bytes(ManyClients.Snapshot(500, Time), SnapshotJson.Default.Snapshot);

        Snapshot? read = SnapshotReader.Read(content);
        Snapshot expected = JsonSerializer.Deserialize(content, SnapshotJson.Default.Snapshot)!;

        Assert.NotNull(read);
        Assert.Equal(Text(expected), Text(read));
        Assert.Equal(500, read.Clients.Count);
        Assert.Same(read.Clients["client-000001"].Applications, read.Clients["client-000002"].Applications);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("")]
    [InlineData("{\"AuthorityId\":")]
    public void Read_NoSnapshot_IsNull(string content) => Assert.Null(SnapshotReader.Read(Encoding.UTF8.GetBytes(content)));

    [Theory]
    [InlineData("\"Epoch\":3", "\"Epoch\":\"3\"")]
    [InlineData("\"Epoch\":3", "\"Epoch\":3.5")]
    [InlineData("\"Epoch\":3", "\"Epoch\":null")]
    [InlineData("\"Epoch\":3,", "")]
    [InlineData("\"AuthorityId\":\"a\"", "\"AuthorityId\":null")]
    [InlineData("\"Clients\":{", "\"Clients\":[")]
    [InlineData("\"Clients\":", "\"Others\":")]
    [InlineData("[\"postgres\",\"redis\"]", "[null]")]
    [InlineData("[\"postgres\",\"redis\"]", "{}")]
    [InlineData("\"Applications\"", "\"Granted\"")]
    [InlineData("\"SerialNumbers\":[", "\"SerialNumbers\":[[],")]
    [InlineData("\"Window\":\"00:00:02\"", "\"Window\":\"2s\"")]
    [InlineData("\"Window\":\"00:00:02\"", "\"Window\":\"00:00201\"")]
    [InlineData("\"IssuedAt\":\"2026", "\"IssuedAt\":\"x026")]
    [InlineData("}}}", "}}}}")]
    public void Read_Wrong_IsNull(string right, string wrong)
    {
        string content = Text(ManyClients.Snapshot(1, Time));
        Assert.NotNull(SnapshotReader.Read(Encoding.UTF8.GetBytes(content)));
        Assert.Contains(right, content, StringComparison.Ordinal);

        Assert.Null(SnapshotReader.Read(Encoding.UTF8.GetBytes(content.Replace(right, wrong, StringComparison.Ordinal))));
    }

    [Fact]
    public void Read_WhatALaterVersionSays_IsPassedOver()
    {
        string content = Text(ManyClients.Snapshot(2, Time));
        string later = content
            .Replace("\"Epoch\":3", "\"Later\":{\"a\":[1,{}]},\"Epoch\":3", StringComparison.Ordinal)
            .Replace("\"Applications\"", "\"Later\":[[]],\"Applications\"", StringComparison.Ordinal)
            .Replace("\"ConnectionsPerWindow\"", "\"Later\":null,\"ConnectionsPerWindow\"", StringComparison.Ordinal);

        Assert.Equal(content, Text(SnapshotReader.Read(Encoding.UTF8.GetBytes(later))!));
    }

    [Fact]
    public void TryVerify_ManyClients_IsFastAndAllocatesLittle()
    {
        int clients = IsMeasuring ? 100_000 : 2_000;
        using TemporaryDirectory home = new();
        using Issuers issuers = AuthorityFixture.OpenIssuers(home.Path, Time, isNew: true);
        SnapshotVerifier verifier = new(issuers.Root.Certificate);
        SnapshotSigner signer = new(issuers.Snapshots);
        Snapshot snapshot = ManyClients.Snapshot(clients, Time);
        byte[] document = signer.Sign(snapshot);
        for (int round = 0; round < (IsMeasuring ? 10 : 2); round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            Snapshot? read = null;
            string? refusal = null;
            string verifying = Measure(() => verifier.TryVerify(document, Time.GetUtcNow(), out read, out refusal));
            long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(clients == read?.Clients.Count, refusal);
            Assert.True(allocated < (1024 * clients) + 1_000_000, $"{allocated} bytes");
            string signing = Measure(() => signer.Sign(snapshot));
            byte[] json = JsonSerializer.SerializeToUtf8Bytes(snapshot, SnapshotJson.Default.Snapshot);
            string serializer = Measure(() => JsonSerializer.Deserialize(json, SnapshotJson.Default.Snapshot));
            output.WriteLine(
                $"{clients} clients, {document.Length >> 10} KiB: verify and read {verifying}, {allocated >> 10} KiB allocated; sign {signing}; the serializer would read in {serializer}");
        }
    }

    // The processor's time too, for on a machine that others use the clock says little.
    private static string Measure(Action action)
    {
        TimeSpan used = Environment.CpuUsage.TotalTime;
        long started = Stopwatch.GetTimestamp();
        action();
        TimeSpan elapsed = Stopwatch.GetElapsedTime(started);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{elapsed.TotalMilliseconds:0} ms ({(Environment.CpuUsage.TotalTime - used).TotalMilliseconds:0} ms of processor)");
    }

    private static string Text(Snapshot snapshot) => JsonSerializer.Serialize(snapshot, SnapshotJson.Default.Snapshot);
}
