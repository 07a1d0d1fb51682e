using KestrelL4.Registry;

namespace KestrelL4.Tests.Registry;

public sealed class RegistrySnapshotTests
{
    [Fact]
    public void Find_AnyCertificateOfAClient_IsTheClient()
    {
        Client alice = Named("alice");
        Client bob = Named("bob");
        RegistrySnapshot snapshot = new([Entry("main", "1", alice), Entry("main", "2", alice), Entry("main", "3", bob)], 7);

        Assert.Same(alice, snapshot.Find(CertificateId.Create("main", "1")));
        Assert.Same(alice, snapshot.Find(CertificateId.Create("MAIN", "02")));
        Assert.Same(bob, snapshot.Find(CertificateId.Create("main", "3")));
        Assert.Null(snapshot.Find(CertificateId.Create("main", "4")));
        Assert.Null(snapshot.Find(default(CertificateId)));
        Assert.Equal((2, 7L), (snapshot.ClientCount, snapshot.Revision));
    }

    [Fact]
    public void Find_SameSerialNumberOfTwoAuthorities_AreTwoClients()
    {
        Client alice = Named("alice");
        Client bob = Named("bob");
        RegistrySnapshot snapshot = new([Entry("main", "1", alice), Entry("other", "1", bob)], 1);

        Assert.Same(alice, snapshot.Find(CertificateId.Create("main", "1")));
        Assert.Same(bob, snapshot.Find(CertificateId.Create("other", "1")));
    }

    [Fact]
    public void Constructor_OneCertificateAtTwoClients_NamesAllThree()
    {
        ArgumentException exception = Assert.Throws<ArgumentException>(
            () => new RegistrySnapshot([Entry("main", "5F", Named("alice")), Entry("Main", "5f", Named("bob"))], 1));

        Assert.Contains("Main:5F", exception.Message, StringComparison.Ordinal);
        Assert.Contains("'alice'", exception.Message, StringComparison.Ordinal);
        Assert.Contains("'bob'", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Find_Name_IsTheClientWhateverTheCase()
    {
        Client alice = Named("alice");
        RegistrySnapshot snapshot = new([Entry("main", "1", alice), Entry("main", "2", alice), Entry("main", "3", Named("bob"))], 1);

        Assert.Same(alice, snapshot.Find("ALICE"));
        Assert.Null(snapshot.Find("carol"));
    }

    [Fact]
    public void CertificatesOf_Client_AreAllOfItsOwn()
    {
        Client alice = Named("alice");
        RegistrySnapshot snapshot = new([Entry("main", "1", alice), Entry("other", "2", alice), Entry("main", "3", Named("bob"))], 1);

        Assert.Equal(["main:1", "other:2"], snapshot.CertificatesOf(alice).Select(static id => id.ToString()).Order(StringComparer.Ordinal));
        Assert.Empty(snapshot.CertificatesOf(Named("carol")));
    }

    private static Client Named(string name) => new() { Name = name, Grants = new Dictionary<string, Grant>() };

    private static KeyValuePair<CertificateId, Client> Entry(string authority, string serialNumber, Client client) =>
        new(CertificateId.Create(authority, serialNumber), client);
}
