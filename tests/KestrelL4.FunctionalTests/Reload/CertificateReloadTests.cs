namespace KestrelL4.FunctionalTests.Reload;

/// <summary>The node's own certificate is renewed while it serves; one that cannot be used leaves the old one in force.</summary>
public sealed class CertificateReloadTests(ReloadFixture fixture) : ReloadTestBase(fixture), IClassFixture<ReloadFixture>
{
    private const string Component = "identity";

    private readonly ReloadFixture _fixture = fixture;
    private readonly TestAuthority _servers = TestAuthority.CreateRoot("renewing server authority");

    private string CertificateFile => _fixture.Setup.Directory["server.crt"];

    private string KeyFile => _fixture.Setup.Directory["server.key"];

    [Fact]
    public async Task Identity_RenewedUnderLoad_LosesNoHandshake()
    {
        const int Renewals = 4;
        const int HandshakesEach = 60;
        await using TlsClient held = await Node.HoldAsync(_fixture.Alice);
        await using HandshakeHammer hammer = new(() => Node.ConnectAsync(_fixture.Alice), clients: 4);
        for (int count = 0; count < Renewals; count++)
        {
            TestCertificate next = Issue();
            Replace(next);
            await UntilPresentedAsync(next);
            long served = hammer.Served;
            await Eventually.UntilAsync(() => hammer.Served >= served + HandshakesEach || hammer.Failures.Count > 0, "handshakes go on");
        }

        Assert.Empty(hammer.Failures);
        await GoesOnAsync(held);
    }

    [Fact]
    public async Task Identity_KeyReplacedBeforeTheCertificate_KeepsTheOldOneUntilBothMatch()
    {
        TestCertificate first = Issue();
        Replace(first);
        await UntilPresentedAsync(first);
        TestCertificate second = Issue();
        (string certificate, string key) = second.WriteTo(_fixture.Setup.Directory.Path, "next");

        await _fixture.RefuseAsync(() => File.Move(key, KeyFile, overwrite: true), "KestrelL4:Identity");
        await _fixture.UntilComponentAsync(Component, "degraded");
        Assert.Equal(first.SerialNumber, await PresentedAsync());
        File.Move(certificate, CertificateFile, overwrite: true);
        Node.Process.HangUp();

        await UntilPresentedAsync(second);
        await _fixture.UntilComponentAsync(Component, "healthy");
    }

    [Theory]
    [InlineData("empty")]
    [InlineData("broken")]
    [InlineData("expired")]
    [InlineData("for clients")]
    [InlineData("missing")]
    [InlineData("a directory")]
    public async Task Identity_CannotBeUsed_KeepsTheOldOne(string fault)
    {
        TestCertificate first = Issue();
        Replace(first);
        await UntilPresentedAsync(first);
        await using TlsClient held = await Node.HoldAsync(_fixture.Alice);

        await _fixture.RefuseAsync(() => Spoil(fault), "KestrelL4:Identity:Certificate");

        await _fixture.UntilComponentAsync(Component, "degraded");
        Assert.Equal(first.SerialNumber, await PresentedAsync());
        Assert.Equal("degraded", (string?)(await Node.StatusAsync())["status"]);
        if (Directory.Exists(CertificateFile))
        {
            Directory.Delete(CertificateFile);
        }

        TestCertificate mended = Issue();
        Replace(mended);
        await UntilPresentedAsync(mended);
        await _fixture.UntilComponentAsync(Component, "healthy");
        await GoesOnAsync(held);
    }

    [Fact]
    public async Task Identity_BrokenBesideAWithdrawal_WithdrawsAllTheSame()
    {
        TestCertificate bob = _fixture.Client("bob", "echo");
        await _fixture.ApplyAsync(static _ => { });
        await using TlsClient withdrawn = await Node.HoldAsync(bob);

        await _fixture.RefuseAsync(
            () =>
            {
                Spoil("broken");
                _fixture.Setup.Set("Clients:bob:Disabled", true).Write();
            },
            "KestrelL4:Identity:Certificate");

        Assert.Equal(TlsEnd.Reset, await withdrawn.ObserveEndAsync());
        MetricWatch disabled = await Node.WatchReasonAsync("client_disabled");
        await Node.RefusesAsync(bob);
        await disabled.RoseByAsync(1);
        Replace(Issue());
        await _fixture.UntilComponentAsync(Component, "healthy");
    }

    [Fact]
    public async Task Configuration_InvalidBesideARenewal_UsesTheNewCertificate()
    {
        TestCertificate next = Issue();

        await _fixture.RefuseAsync(
            () =>
            {
                Replace(next);
                _fixture.Setup.Set("Nonsense", 1).Write();
            },
            "KestrelL4:Nonsense");

        Assert.Equal(next.SerialNumber, await PresentedAsync());
        await _fixture.UntilComponentAsync(Component, "healthy");
        _fixture.Setup.Set("Nonsense", null);
        TestCertificate newcomer = _fixture.Client("newcomer", "echo");
        await _fixture.ApplyAsync(static _ => { });
        await using TlsClient client = await Node.HoldAsync(newcomer);
    }

    private TestCertificate Issue() => _servers.Issue(TestSubject.Server());

    private void Replace(TestCertificate identity)
    {
        (string certificate, string key) = identity.WriteTo(_fixture.Setup.Directory.Path, "next");
        File.Move(certificate, CertificateFile, overwrite: true);
        File.Move(key, KeyFile, overwrite: true);
        Node.Process.HangUp();
    }

    private void Spoil(string fault)
    {
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        TestSubject server = TestSubject.Server();
        switch (fault)
        {
            case "empty":
                File.WriteAllText(CertificateFile, "");
                break;
            case "broken":
                File.WriteAllText(CertificateFile, File.ReadAllText(CertificateFile)[..100]);
                break;
            case "expired":
                Replace(_servers.Issue(server with { NotBefore = now.AddDays(-2), NotAfter = now.AddDays(-1) }));
                break;
            case "for clients":
                Replace(_servers.Issue(server with { Usage = KeyUsage.Client }));
                break;
            case "missing":
                File.Delete(CertificateFile);
                break;
            default:
                File.Delete(CertificateFile);
                Directory.CreateDirectory(CertificateFile);
                break;
        }
    }

    private async Task<string> PresentedAsync()
    {
        await using TlsClient client = await Node.HoldAsync(_fixture.Alice);
        return client.Stream.RemoteCertificate!.GetSerialNumberString();
    }

    private Task UntilPresentedAsync(TestCertificate identity) => Eventually.UntilAsync(
        async () => await PresentedAsync() == identity.SerialNumber, $"the node shows the certificate {identity.SerialNumber}");
}
