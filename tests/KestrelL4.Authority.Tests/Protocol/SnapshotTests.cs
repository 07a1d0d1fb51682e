using System.Security.Cryptography.X509Certificates;
using System.Text;
using KestrelL4.Authority.Identities;
using KestrelL4.Protocol.Snapshots;
using KestrelL4.Testing;

namespace KestrelL4.Authority.Tests.Protocol;

public sealed class SnapshotTests : IDisposable
{
    private readonly TemporaryDirectory _home = new();
    private readonly FakeTime _time = new();
    private readonly Issuers _issuers;

    public SnapshotTests() => _issuers = AuthorityFixture.OpenIssuers(_home.Path, _time, isNew: true);

    public void Dispose()
    {
        _issuers.Dispose();
        _home.Dispose();
    }

    [Fact]
    public void TryVerify_Signed_GivesWhatWasSigned()
    {
        Snapshot signed = NewSnapshot(2);

        Snapshot read = Verify(Sign(signed), out string? refusal) ?? throw new InvalidDataException(refusal);

        Assert.Equal("3.7.00ff", read.Version);
        Assert.Equal(signed.IssuedAt, read.IssuedAt);
        Assert.Equal(["main:FF"], read.RevokedCertificates);
        RegisteredClient client = read.Clients["client1"];
        Assert.Equal(["main:1"], client.SerialNumbers);
        Assert.Equal(signed.Clients["client1"].RateLimit, client.RateLimit);
        Assert.Equal(signed.Clients["client1"].RateLimits!["postgres"], client.RateLimits!["postgres"]);
    }

    [Fact]
    public void TryVerify_AnyByteChanged_Refuses()
    {
        byte[] document = Sign(NewSnapshot(1));

        for (int i = 0; i < document.Length; i++)
        {
            foreach (byte change in (byte[])[0x01, 0x20])
            {
                document[i] ^= change;
                Assert.True(Verify(document, out _) is null, $"byte {i} may be changed by {change}");
                document[i] ^= change;
            }
        }

        Assert.NotNull(Verify(document, out _));
    }

    [Fact]
    public void TryVerify_CutAnywhereOrFollowedByMore_Refuses()
    {
        byte[] document = Sign(NewSnapshot(1));

        for (int length = 0; length < document.Length; length++)
        {
            Assert.Null(Verify(document[..length], out _));
        }

        Assert.Null(Verify([.. document, (byte)'\n'], out _));
        Assert.Null(Verify([.. document, .. document], out _));
    }

    [Fact]
    public void TryVerify_OfAnotherAuthority_Refuses()
    {
        using var other = new TemporaryDirectory();
        using Issuers others = AuthorityFixture.OpenIssuers(other.Path, _time, isNew: true);

        Assert.Null(Verify(new SnapshotSigner(others.Snapshots).Sign(NewSnapshot(1)), out string? refusal));
        Assert.Contains("not certified by this authority's root", refusal, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("root")]
    [InlineData("nodes")]
    [InlineData("clients")]
    public void TryVerify_SignedInAnotherRole_Refuses(string role)
    {
        X509Certificate2 signer = role switch
        {
            "root" => _issuers.Root.Certificate,
            "nodes" => _issuers.Nodes.Certificate,
            _ => _issuers.Clients.Certificate,
        };

        Assert.Null(Verify(new SnapshotSigner(signer).Sign(NewSnapshot(1)), out string? refusal));
        Assert.NotNull(refusal);
    }

    [Fact]
    public void TryVerify_WhileASignerReplacesAnother_BelievesBoth()
    {
        byte[] before = Sign(NewSnapshot(1));
        File.Delete(_home["snapshots.key"]);
        using Issuers rotated = AuthorityFixture.OpenIssuers(_home.Path, _time, isNew: false);
        byte[] after = new SnapshotSigner(rotated.Snapshots).Sign(NewSnapshot(1));

        Assert.NotEqual(_issuers.Snapshots.Thumbprint, rotated.Snapshots.Thumbprint);
        Assert.NotNull(Verify(before, out _));
        Assert.NotNull(Verify(after, out _));
    }

    [Fact]
    public void TryVerify_NodesClockADayBehind_Believes()
    {
        byte[] document = Sign(NewSnapshot(1));

        Assert.True(new SnapshotVerifier(_issuers.Root.Certificate).TryVerify(document, _time.Start.AddDays(-1), out _, out _));
    }

    [Fact]
    public void TryVerify_SignersCertificateExpired_Refuses()
    {
        byte[] document = Sign(NewSnapshot(1));

        Assert.False(new SnapshotVerifier(_issuers.Root.Certificate).TryVerify(document, _time.Start.AddDays(3_651), out _, out string? refusal));
        Assert.Contains("expired", refusal, StringComparison.Ordinal);
    }

    [Fact]
    public void TryVerify_LongerThanAllowed_RefusesWithoutParsing()
    {
        byte[] document = new byte[SnapshotDocument.MaxBytes + 1];
        Encoding.ASCII.GetBytes("kestrell4-snapshot 1\n").CopyTo(document, 0);

        Assert.Null(Verify(document, out string? refusal));
        Assert.Contains("longer than", refusal, StringComparison.Ordinal);
    }

    [Fact]
    public void TryVerify_HundredThousandClients_GivesThemAll()
    {
        byte[] document = Sign(NewSnapshot(100_000));

        Assert.Equal(100_000, Verify(document, out _)?.Clients.Count);
    }

    private byte[] Sign(Snapshot snapshot) => new SnapshotSigner(_issuers.Snapshots).Sign(snapshot);

    private Snapshot? Verify(byte[] document, out string? refusal)
    {
        new SnapshotVerifier(_issuers.Root.Certificate).TryVerify(document, _time.GetUtcNow(), out Snapshot? snapshot, out refusal);
        Assert.True(snapshot is null != (refusal is null));
        return snapshot;
    }

    private Snapshot NewSnapshot(int clients) => new()
    {
        AuthorityId = "a1",
        Epoch = 3,
        Revision = 7,
        Fingerprint = "00ff",
        IssuedAt = _time.GetUtcNow(),
        ClientIssuers = [Convert.ToBase64String(_issuers.Clients.Certificate.RawData)],
        RevokedCertificates = ["main:FF"],
        Clients = Enumerable.Range(0, clients).ToDictionary(static i => $"client{i}", static i => new RegisteredClient
        {
            SerialNumbers = [$"main:{i:X}"],
            Applications = ["postgres", "redis"],
            RateLimit = new RegisteredLimit { MaxConcurrentConnections = 5, BytesPerSecond = 1_000_000_000_000 },
            RateLimits = new Dictionary<string, RegisteredLimit>
            {
                ["postgres"] = new() { ConnectionsPerWindow = 10, Window = TimeSpan.FromSeconds(2), WaitUpTo = TimeSpan.FromMilliseconds(1500) },
            },
        }),
    };
}
