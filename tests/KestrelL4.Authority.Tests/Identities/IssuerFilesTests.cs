using KestrelL4.Authority.Identities;
using KestrelL4.Authority.Pki;
using KestrelL4.Protocol;
using KestrelL4.Testing;

namespace KestrelL4.Authority.Tests.Identities;

public sealed class IssuerFilesTests : IDisposable
{
    private readonly TemporaryDirectory _home = new();
    private readonly FakeTime _time = new();

    public void Dispose() => _home.Dispose();

    [Fact]
    public void TryOpen_Again_GivesTheSame()
    {
        using Issuers first = Open(isNew: true);
        using Issuers second = Open(isNew: false);

        Assert.Equal(
            Thumbprints(first), Thumbprints(second));
        Assert.Equal(4, Thumbprints(first).Distinct().Count());
        Assert.All((string[])["ca.key", "nodes.key", "clients.key", "snapshots.key"], file =>
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_home[file])));
    }

    [Fact]
    public void TryOpen_KilledInTheMiddleOfTheFirstStart_Heals()
    {
        // What a kill can leave, file by file in the order of their making.
        string[] order = ["ca.key", "ca.crt", "nodes.crt", "nodes.key", "clients.crt", "clients.key", "snapshots.crt", "snapshots.key"];
        for (int made = 0; made <= order.Length; made++)
        {
            using var home = new TemporaryDirectory();
            AuthorityFixture.OpenIssuers(home.Path, _time, isNew: true).Dispose();
            foreach (string file in order[made..])
            {
                File.Delete(home[file]);
            }

            using Issuers issuers = AuthorityFixture.OpenIssuers(home.Path, _time, isNew: true);
            Assert.All(issuers.AcceptedNodes, certificate => Assert.True(Certification.IsBy(issuers.Root.Certificate, certificate)));
        }
    }

    [Theory]
    [InlineData("nodes")]
    [InlineData("clients")]
    public void TryOpen_IssuersKeyRemoved_RotatesAndStillAcceptsWhatItIssued(string name)
    {
        using Issuers before = Open(isNew: true);
        File.Delete(_home[$"{name}.key"]);

        using Issuers after = Open(isNew: false);

        (CertificateAuthority old, CertificateAuthority current, var accepted) = name == "nodes"
            ? (before.Nodes, after.Nodes, after.AcceptedNodes)
            : (before.Clients, after.Clients, after.AcceptedClients);
        Assert.Equal([current.Certificate.Thumbprint, old.Certificate.Thumbprint], accepted.Select(static certificate => certificate.Thumbprint));
    }

    [Theory]
    [InlineData("ca")]
    [InlineData("nodes")]
    [InlineData("snapshots")]
    public void TryOpen_CertificateLostAfterTheFirstStart_Refuses(string name)
    {
        Open(isNew: true).Dispose();
        File.Delete(_home[$"{name}.crt"]);
        File.Delete(_home[$"{name}.key"]);

        Assert.Contains($"{name}.crt", RefusalOf(isNew: false), StringComparison.Ordinal);
    }

    [Fact]
    public void TryOpen_RootsKeyLost_Refuses()
    {
        Open(isNew: true).Dispose();
        File.Delete(_home["ca.key"]);

        Assert.Contains("ca.key", RefusalOf(isNew: false), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nodes")]
    [InlineData("clients")]
    [InlineData("snapshots")]
    public void TryOpen_IssuerOfAnotherRoot_Refuses(string name)
    {
        Open(isNew: true).Dispose();
        using var other = new TemporaryDirectory();
        AuthorityFixture.OpenIssuers(other.Path, _time, isNew: true).Dispose();
        File.Copy(other[$"{name}.crt"], _home[$"{name}.crt"], overwrite: true);
        File.Copy(other[$"{name}.key"], _home[$"{name}.key"], overwrite: true);

        Assert.Contains($"{name}.crt", RefusalOf(isNew: false), StringComparison.Ordinal);
    }

    [Fact]
    public void TryOpen_OneIssuerInTwoRoles_Refuses()
    {
        Open(isNew: true).Dispose();
        File.Copy(_home["nodes.crt"], _home["clients.crt"], overwrite: true);
        File.Copy(_home["nodes.key"], _home["clients.key"], overwrite: true);

        Assert.Contains("a key each", RefusalOf(isNew: false), StringComparison.Ordinal);
    }

    [Fact]
    public void TryOpen_IssuerInPlaceOfTheSnapshotIssuer_Refuses()
    {
        Open(isNew: true).Dispose();
        File.Copy(_home["nodes.crt"], _home["snapshots.crt"], overwrite: true);
        File.Copy(_home["nodes.key"], _home["snapshots.key"], overwrite: true);

        Assert.Contains("not for signing snapshots", RefusalOf(isNew: false), StringComparison.Ordinal);
    }

    [Fact]
    public void TryOpen_KeysExchanged_Refuses()
    {
        Open(isNew: true).Dispose();
        File.Copy(_home["clients.key"], _home["nodes.key"], overwrite: true);

        Assert.Contains("is not the key of", RefusalOf(isNew: false), StringComparison.Ordinal);
    }

    [Fact]
    public void TryOpen_KeyReadableByAll_Refuses()
    {
        Open(isNew: true).Dispose();
        File.SetUnixFileMode(_home["nodes.key"], UnixFileMode.UserRead | UnixFileMode.OtherRead);

        Assert.Contains("chmod 600", RefusalOf(isNew: false), StringComparison.Ordinal);
    }

    [Fact]
    public void TryOpen_RootOfPki_RefusesForItMayNotCertifyIssuers()
    {
        new FilePki(_home.Path, _time).Initialize(10);

        Assert.Contains("path length", RefusalOf(isNew: true), StringComparison.Ordinal);
    }

    [Fact]
    public void Current_AThirdOfItsLifeLater_IsMadeAnew()
    {
        using Issuers issuers = Open(isNew: true);
        Assert.True(HostName.TryParse("localhost", out HostName? host));
        ServerIdentity identity = new(issuers.Root, [host], _time);
        string first = identity.Current().TargetCertificate.Thumbprint;

        _time.Advance(TimeSpan.FromHours(24));
        Assert.Equal(first, identity.Current().TargetCertificate.Thumbprint);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.NotEqual(first, identity.Current().TargetCertificate.Thumbprint);
    }

    private static string[] Thumbprints(Issuers issuers) =>
        [issuers.Root.Certificate.Thumbprint, issuers.Nodes.Certificate.Thumbprint, issuers.Clients.Certificate.Thumbprint, issuers.Snapshots.Thumbprint];

    private Issuers Open(bool isNew) => AuthorityFixture.OpenIssuers(_home.Path, _time, isNew);

    private string RefusalOf(bool isNew)
    {
        Assert.False(new IssuerFiles(_home.Path, _time).TryOpen(isNew, out _, out string? refusal));
        return refusal;
    }
}
