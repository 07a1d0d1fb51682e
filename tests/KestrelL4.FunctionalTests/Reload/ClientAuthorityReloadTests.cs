namespace KestrelL4.FunctionalTests.Reload;

/// <summary>Client authorities come, are renewed and go while the node runs.</summary>
public sealed class ClientAuthorityReloadTests(ReloadFixture fixture) : ReloadTestBase(fixture), IClassFixture<ReloadFixture>
{
    private readonly ReloadFixture _fixture = fixture;
    private readonly TestAuthority _issuer = TestAuthority.CreateRoot("other client authority");

    [Fact]
    public async Task Authority_Added_AdmitsItsClients()
    {
        TestCertificate bob = await AddAsync("joining", "bob");

        await using TlsClient client = await Node.HoldAsync(bob);
        Assert.Equal("healthy", (string?)(await Node.StatusAsync())["components"]!["client-authority:joining"]!["status"]);
    }

    // A serial number without a prefix stands for the only authority, whatever that is called.
    [Fact]
    public async Task Authority_OnlyOneIsRenamed_StillAdmitsItsClients()
    {
        NodeSetup setup = new NodeSetup().Application("echo", _fixture.Upstream.EndPoint);
        TestCertificate alice = setup.Client("alice", "echo");
        await using TestNode node = await setup.StartAsync();

        setup.Set("ClientAuthorities:main", null).Set("ClientAuthorities:corp:Certificate", setup.Directory["clients.crt"]).Write();
        await Eventually.UntilAsync(
            async () => (await node.StatusAsync())["components"]!["client-authority:corp"] is not null, "the new name is in force");

        await using TlsClient client = await node.HoldAsync(alice);
    }

    [Fact]
    public async Task Authority_RenewedWithTheSameKey_KeepsItsConnections()
    {
        TestCertificate carol = await AddAsync("renewed", "carol");
        await using TlsClient before = await Node.HoldAsync(carol);
        TestAuthority renewed = _issuer.Renew();

        await _fixture.ApplyAsync("ClientAuthorities:renewed:Certificate", renewed.WriteTo(_fixture.Setup.Directory.Path, "renewed-2.crt"));

        await GoesOnAsync(before);
        await using TlsClient old = await Node.HoldAsync(carol);
        TestCertificate young = _fixture.Client("renewed", renewed, "young", "echo");
        await _fixture.ApplyAsync(static _ => { });
        await using TlsClient client = await Node.HoldAsync(young);
        await GoesOnAsync(before);
    }

    [Fact]
    public async Task Authority_RemovedWithItsClients_CutsThem()
    {
        TestCertificate dave = await AddAsync("removed", "dave");
        await using TlsClient lost = await Node.HoldAsync(dave);
        MetricWatch revoked = await Node.WatchReasonAsync("revoked");

        await _fixture.ApplyAsync(static setup => setup.Set("ClientAuthorities:removed", null).Set("Clients:dave", null));

        Assert.Equal(TlsEnd.Reset, await lost.ObserveEndAsync());
        await revoked.RoseByAsync(1);
        MetricWatch refused = await Node.WatchAsync("kestrell4_handshakes_total", ("cause", "untrusted"));
        await Assert.ThrowsAnyAsync<Exception>(() => Node.HoldAsync(dave));
        await refused.RoseByAsync(1);
        await Eventually.UntilAsync(
            async () => (await Node.StatusAsync())["components"]!["client-authority:removed"] is null, "nothing is told of it any more");
    }

    [Fact]
    public async Task Authority_ReplacedUnderItsNameByAnotherCa_CutsTheClientsOfTheOld()
    {
        TestCertificate erin = await AddAsync("replaced", "erin");
        await using TlsClient lost = await Node.HoldAsync(erin);

        // The same name even, but another key: its serial numbers are others' certificates.
        TestAuthority impostor = TestAuthority.CreateRoot("other client authority");
        await _fixture.ApplyAsync("ClientAuthorities:replaced:Certificate", impostor.WriteTo(_fixture.Setup.Directory.Path, "replaced-2.crt"));

        Assert.Equal(TlsEnd.Reset, await lost.ObserveEndAsync());
        await Assert.ThrowsAnyAsync<Exception>(() => Node.HoldAsync(erin));
    }

    [Fact]
    public async Task Authority_FileBroken_KeepsTheOldOne()
    {
        TestCertificate frank = await AddAsync("broken", "frank");
        await using TlsClient held = await Node.HoldAsync(frank);
        string file = _fixture.Setup.Directory["broken.crt"];

        await _fixture.RefuseAsync(() => File.WriteAllText(file, "no certificate"), "KestrelL4:ClientAuthorities:broken:Certificate");

        await _fixture.UntilComponentAsync("client-authority:broken", "degraded");
        await GoesOnAsync(held);
        await using TlsClient another = await Node.HoldAsync(frank);
        _issuer.WriteTo(_fixture.Setup.Directory.Path, "broken.crt");
        Node.Process.HangUp();
        await _fixture.UntilComponentAsync("client-authority:broken", "healthy");
        await GoesOnAsync(held);
    }

    private async Task<TestCertificate> AddAsync(string authority, string client)
    {
        _fixture.Setup.Set($"ClientAuthorities:{authority}:Certificate", _issuer.WriteTo(_fixture.Setup.Directory.Path, $"{authority}.crt"));
        TestCertificate certificate = _fixture.Client(authority, _issuer, client, "echo");
        await _fixture.ApplyAsync(static _ => { });
        return certificate;
    }
}
