using System.Text.Json.Nodes;

namespace KestrelL4.FunctionalTests;

/// <summary>A node with two applications and clients that may use both, one or none of them.</summary>
public sealed class AuthenticationFixture : NodeFixture
{
    /// <summary>The upstream of both applications.</summary>
    public EchoServer Upstream { get; } = new();

    /// <summary>May use <c>echo</c>.</summary>
    public TestCertificate Alice { get; private set; } = null!;

    /// <summary>May use everything.</summary>
    public TestCertificate Everywhere { get; private set; } = null!;

    /// <summary>Is registered and may use nothing.</summary>
    public TestCertificate Nowhere { get; private set; } = null!;

    /// <summary>Is registered, may use everything, and is disabled.</summary>
    public TestCertificate Disabled { get; private set; } = null!;

    /// <summary>Is signed by the client authority but not registered.</summary>
    public TestCertificate Stranger { get; private set; } = null!;

    /// <summary>Is registered as openssl prints its serial number: pairs with colons, in lower case, without leading zeros.</summary>
    public TestCertificate Colons { get; private set; } = null!;

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await Upstream.DisposeAsync();
    }

    protected override void Prepare(NodeSetup setup)
    {
        setup.Application("echo", Upstream.EndPoint).Application("other", Upstream.EndPoint);
        Alice = setup.Client("alice", "echo");
        Everywhere = setup.Client("everywhere", "*");
        Nowhere = setup.Client("nowhere");
        Disabled = setup.Client("disabled", "*");
        setup.Set("Clients:disabled:Disabled", true);
        Stranger = setup.Authority.Issue(new TestSubject("alice"));
        Colons = setup.Authority.Issue(new TestSubject("colons") { SerialNumber = [0x00, 0xAB, 0xCD, 0x0E] });
        setup.Register("colons", Colons, "echo").Set("Clients:colons:SerialNumbers", new JsonArray("ab:cd:0e"));
    }
}
