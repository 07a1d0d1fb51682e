using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using KestrelL4.Authority.Api;
using KestrelL4.Authority.Identities;
using KestrelL4.Authority.Pki;
using KestrelL4.Protocol;
using KestrelL4.Testing;

namespace KestrelL4.Authority.Tests.Api;

public sealed class PeerIdentificationTests : IDisposable
{
    private readonly AuthorityFixture _authority = new();
    private readonly PeerIdentification _peers;
    private readonly Validity _threeDays;

    public PeerIdentificationTests()
    {
        _peers = new PeerIdentification(_authority.Issuers, _authority.Time);
        _threeDays = Validity.StartingAt(_authority.Time.GetUtcNow(), 3);
    }

    public void Dispose() => _authority.Dispose();

    [Fact]
    public void Identify_NoCertificate_IsAnonymous() => Assert.Equal(Role.Anonymous, Identify(null).Role);

    [Fact]
    public void Identify_Node_IsANodeByItsIssuer()
    {
        Peer peer = Identify(Certify(_authority.Issuers.Nodes, CertificatePurpose.Node("edge-1", Hosts())));

        Assert.Equal((Role.Node, "edge-1"), (peer.Role, peer.Name));
    }

    // A client may be called like a node: the issuer decides.
    [Fact]
    public void Identify_ClientCalledLikeANode_IsAClient() =>
        Assert.Equal(Role.Client, Identify(Certify(_authority.Issuers.Clients, Client("edge-1"))).Role);

    [Fact]
    public void Identify_NodeThatMayOnlyServe_IsAStranger() =>
        Assert.Equal(Role.Stranger, Identify(Certify(_authority.Issuers.Nodes, CertificatePurpose.Server(Hosts()))).Role);

    [Fact]
    public void Identify_CertifiedByTheRootItself_IsAStranger() =>
        Assert.Equal(Role.Stranger, Identify(Certify(_authority.Issuers.Root, CertificatePurpose.Node("edge-1", Hosts()))).Role);

    [Fact]
    public void Identify_AnIssuerItself_IsAStranger() => Assert.Equal(Role.Stranger, Identify(_authority.Issuers.Nodes.Certificate).Role);

    [Fact]
    public void Identify_NodeOfAnotherAuthority_IsAStranger()
    {
        using var other = new TemporaryDirectory();
        using Issuers others = AuthorityFixture.OpenIssuers(other.Path, _authority.Time, isNew: true);

        Peer peer = Identify(Certify(others.Nodes, CertificatePurpose.Node("edge-1", Hosts())));

        Assert.Equal((Role.Stranger, RefusalReason.CertificateRefused), (peer.Role, peer.Problem?.Reason));
    }

    [Fact]
    public void Identify_Expired_IsAStrangerThatIsToldSo()
    {
        X509Certificate2 certificate = Certify(_authority.Issuers.Nodes, CertificatePurpose.Node("edge-1", Hosts()));
        _authority.Time.Advance(TimeSpan.FromDays(3) + TimeSpan.FromSeconds(1));

        Peer peer = Identify(certificate);

        Assert.Equal((Role.Stranger, RefusalReason.CertificateExpired), (peer.Role, peer.Problem?.Reason));
    }

    // Only we sign these, five minutes back at most: a later beginning says that our own clock was set back.
    [Fact]
    public void Identify_AfterTheClockWasSetBackByADay_IsStillANode()
    {
        X509Certificate2 certificate = Certify(_authority.Issuers.Nodes, CertificatePurpose.Node("edge-1", Hosts()));
        PeerIdentification yesterday = new(_authority.Issuers, new FakeTime(_authority.Time.Start.AddDays(-1)));

        Assert.Equal(Role.Node, yesterday.Identify(IPAddress.Loopback, certificate).Role);
    }

    [Theory]
    [InlineData("2.5.29.37")]
    [InlineData("2.5.29.32")]
    [InlineData("2.5.29.36")]
    [InlineData("2.5.29.17")]
    public void Identify_GarbledExtension_IsAStranger(string extension)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new("CN=edge-1", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509Extension(extension, [0x30, 0x20, 0x06], critical: false));
        DateTimeOffset now = _authority.Time.Start;

        Assert.Equal(Role.Stranger, Identify(request.CreateSelfSigned(now, now.AddDays(1))).Role);
        Assert.Equal(Role.Stranger, Identify(request.Create(_authority.Issuers.Nodes.Certificate, now, now.AddDays(1), [1])).Role);
    }

    [Fact]
    public void Identify_GarbledDates_IsAStrangerThatIsToldSo()
    {
        byte[] octets = Certify(_authority.Issuers.Nodes, CertificatePurpose.Node("edge-1", Hosts())).RawData;
        int date = octets.AsSpan().IndexOf((byte[])[0x17, 0x0D]);
        octets.AsSpan(date + 2, 12).Fill((byte)'X');

        Peer peer = Identify(X509CertificateLoader.LoadCertificate(octets));

        Assert.Equal((Role.Stranger, RefusalReason.CertificateRefused), (peer.Role, peer.Problem?.Reason));
    }

    private static CertificatePurpose Client(string name) =>
        CertificatePurpose.Client(ClientName.TryParse(name, out ClientName? read) ? read : throw new FormatException(ClientName.Rule));

    private static HostName[] Hosts() => [HostName.TryParse("localhost", out HostName? host) ? host : throw new FormatException(HostName.Rule)];

    private Peer Identify(X509Certificate2? certificate) => _peers.Identify(IPAddress.Loopback, certificate);

    private X509Certificate2 Certify(CertificateAuthority issuer, CertificatePurpose purpose)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return issuer.Certify(_ => purpose, new PublicKey(key), _threeDays);
    }
}
