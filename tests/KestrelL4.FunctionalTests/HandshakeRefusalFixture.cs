namespace KestrelL4.FunctionalTests;

/// <summary>A node whose client authority is an intermediate, with one good client and every kind of bad certificate.</summary>
public sealed class HandshakeRefusalFixture : NodeFixture
{
    private static readonly TestAuthority Anchor = TestAuthority.CreateRoot("anchor");

    /// <summary>The upstream of both applications.</summary>
    public EchoServer Upstream { get; } = new();

    /// <summary>Where certificates say that their issuer and its revocation list are.</summary>
    public RecordingServer Advertised { get; } = new();

    /// <summary>The configured issuer.</summary>
    public TestAuthority Issuer { get; } = Anchor.CreateIntermediate("issuer");

    /// <summary>An issuer under the same anchor that is not configured.</summary>
    public TestAuthority Sibling { get; } = Anchor.CreateIntermediate("sibling");

    /// <summary>A registered certificate in good order.</summary>
    public TestCertificate Good { get; private set; } = null!;

    /// <summary>A registered certificate that says where to fetch its issuer and the revocation list.</summary>
    public TestCertificate Advertising { get; private set; } = null!;

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await Upstream.DisposeAsync();
        await Advertised.DisposeAsync();
    }

    protected override NodeSetup CreateSetup() => new(Issuer);

    protected override void Prepare(NodeSetup setup)
    {
        setup.Application("echo", Upstream.EndPoint).Application("impatient", Upstream.EndPoint);
        setup.Set("Applications:impatient:Timeouts:Handshake", "1s");
        Good = setup.Client("alice", "echo");
        Advertising = Issuer.Issue(Advertise(new TestSubject("bob")));
        setup.Register("bob", Advertising, "echo");
    }

    /// <summary>The subject with both addresses.</summary>
    public TestSubject Advertise(TestSubject subject) => subject with
    {
        IssuerUrl = new Uri($"http://{Advertised.EndPoint}/issuer.crt"),
        RevocationListUrl = new Uri($"http://{Advertised.EndPoint}/issuer.crl"),
    };
}
