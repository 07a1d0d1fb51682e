using System.Security.Cryptography.X509Certificates;

namespace KestrelL4.FunctionalTests.Testing;

public sealed class TestAuthorityTests
{
    [Fact]
    public void Issue_FromIntermediate_LeadsToTheRoot()
    {
        TestAuthority intermediate = TestAuthority.CreateRoot("root").CreateIntermediate("intermediate");

        TestCertificate leaf = intermediate.Issue(new TestSubject("leaf"));

        using X509Chain chain = new();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(intermediate.Chain().Last());
        chain.ChainPolicy.ExtraStore.AddRange(intermediate.Chain().ToArray());
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        Assert.True(chain.Build(leaf.Certificate), string.Join(", ", chain.ChainStatus.Select(status => status.StatusInformation)));
        Assert.Equal(["CN=leaf", "CN=intermediate", "CN=root"], chain.ChainElements.Select(element => element.Certificate.Subject));
    }

    [Fact]
    public void Issue_SerialNumberGiven_IsTaken()
    {
        TestCertificate leaf = TestAuthority.CreateRoot().Issue(new TestSubject("leaf") { SerialNumber = [0x5F, 0x3A, 0x01] });

        Assert.Equal("5F3A01", leaf.SerialNumber);
    }

    [Fact]
    public void WriteTo_Directory_HoldsTheCertificateAndItsKeyForTheOwnerAlone()
    {
        using TemporaryDirectory directory = new();
        TestCertificate leaf = TestAuthority.CreateRoot().CreateIntermediate("intermediate").Issue(TestSubject.Server());

        (string certificate, string key) = leaf.WriteTo(directory.Path, "server");

        using var read = X509Certificate2.CreateFromPemFile(certificate, key);
        X509Certificate2Collection written = [];
        written.ImportFromPemFile(certificate);
        Assert.Equal(leaf.Certificate.Thumbprint, read.Thumbprint);
        Assert.Equal(["CN=localhost", "CN=intermediate"], written.Select(link => link.Subject));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(key));
    }
}
