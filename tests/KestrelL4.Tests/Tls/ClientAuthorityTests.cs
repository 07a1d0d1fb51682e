using KestrelL4.Testing.Certificates;
using KestrelL4.Tls;

namespace KestrelL4.Tests.Tls;

public sealed class ClientAuthorityTests
{
    [Fact]
    public void Constructor_EmptyChain_IsRefused() => Assert.Throws<ArgumentException>(() => new ClientAuthority("main", []));

    [Fact]
    public void Constructor_IntermediateWithoutItsAnchor_IsRefused()
    {
        TestAuthority intermediate = TestAuthority.CreateRoot().CreateIntermediate("issuer");

        Assert.Throws<ArgumentException>(() => new ClientAuthority("main", [intermediate.Chain().First()]));
    }

    [Fact]
    public void Constructor_NoName_IsRefused() =>
        Assert.Throws<ArgumentException>(() => new ClientAuthority("", [.. TestAuthority.CreateRoot().Chain()]));

    [Fact]
    public void Constructor_ChainToItsAnchor_KeepsNameAndOrder()
    {
        TestAuthority intermediate = TestAuthority.CreateRoot("root").CreateIntermediate("issuer");

        ClientAuthority authority = new("main", [.. intermediate.Chain()]);

        Assert.Equal("main", authority.Name);
        Assert.Equal(["CN=issuer", "CN=root"], authority.Chain.Select(static link => link.Subject));
    }
}
