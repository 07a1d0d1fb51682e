using KestrelL4.Server.Tests.Agent;
using KestrelL4.Testing.Certificates;
using KestrelL4.Testing.Servers;

namespace KestrelL4.Server.Tests;

public sealed class NodeCheckTests : IAsyncDisposable
{
    private readonly NodeSetUp _setUp = new();

    [Theory]
    [InlineData(CheckReach.ThisMachine)]
    [InlineData(CheckReach.Peers)]
    internal async Task FindAsync_NodeWouldStart_FindsNothingAndLeavesNothing(CheckReach reach)
    {
        Assert.Empty(await FindAsync(reach));
        Assert.False(Path.Exists(_setUp.Directory["state"]));
    }

    [Fact]
    public async Task FindAsync_ConfigurationInvalid_FindsEveryErrorAndStops()
    {
        IReadOnlyList<string> findings = await FindAsync(CheckReach.Peers, "Applications:echo:Listen=nowhere", "Drain:Timeout=soon");

        Assert.Equal(2, findings.Count);
        Assert.Contains(findings, static finding => finding.StartsWith("KestrelL4:Applications:echo:Listen (--set)", StringComparison.Ordinal));
        Assert.Contains(findings, static finding => finding.StartsWith("KestrelL4:Drain:Timeout (--set)", StringComparison.Ordinal));
    }

    [Fact]
    public async Task FindAsync_FilesAndAddressesAndUpstreamsAtFault_FindsThemAll()
    {
        using ManualServer taken = new();
        using RefusingPort silent = new();
        Directory.CreateDirectory(_setUp.Directory["state"]);
        File.SetUnixFileMode(_setUp.Directory["state"], (UnixFileMode)0b111_101_101);
        File.Delete(_setUp.Directory["server.key"]);

        IReadOnlyList<string> findings = await FindAsync(
            CheckReach.Peers, $"Applications:echo:Listen={taken.EndPoint}", $"Applications:echo:Upstreams:one:Address={silent.EndPoint}");

        Assert.Collection(
            findings,
            static file => Assert.Contains("KestrelL4:Identity:Key", file, StringComparison.Ordinal),
            static state => Assert.Contains("chmod 700", state, StringComparison.Ordinal),
            bound => Assert.Contains($"{taken.EndPoint} cannot be bound", bound, StringComparison.Ordinal),
            reached => Assert.Contains($"{silent.EndPoint} was not reached: refused", reached, StringComparison.Ordinal));
    }

    [Fact]
    public async Task FindAsync_ListensAtAPassedSocket_NeedsNone() =>
        Assert.Empty(await FindAsync(CheckReach.ThisMachine, "Applications:echo:Listen=systemd:echo"));

    [Fact]
    public async Task FindAsync_IdentityTooWeakForTheTlsLibrary_IsFound()
    {
        await _setUp.WriteWeakIdentityAsync();

        Assert.Contains("ee key too small", Assert.Single(await FindAsync(CheckReach.ThisMachine)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task FindAsync_RevocationListOfAnotherIssuer_IsFound()
    {
        TestAuthority.CreateRoot().RevocationList(1).WriteTo(_setUp.Directory.Path, "ca.crl");

        string finding = Assert.Single(await FindAsync(
            CheckReach.ThisMachine, $"ClientAuthorities:main:RevocationList={_setUp.Directory["ca.crl"]}"));

        Assert.StartsWith("KestrelL4:ClientAuthorities:main:RevocationList (--set): ", finding, StringComparison.Ordinal);
        Assert.Contains("is not signed by its issuer's key", finding, StringComparison.Ordinal);
    }

    [Fact]
    public async Task FindAsync_UpstreamIsAway_IsFoundOnlyWhenAsked()
    {
        using RefusingPort away = new();
        string setting = $"Applications:echo:Upstreams:one:Address={away.EndPoint}";

        Assert.Empty(await FindAsync(CheckReach.ThisMachine, setting));
        Assert.Single(await FindAsync(CheckReach.Peers, setting));
    }

    [Fact]
    public async Task FindAsync_AuthorityIsAway_IsFoundAtEachAddressWhenAskedAndNothingIsWritten()
    {
        using RefusingPort away = new();
        string[] settings =
        [
            "Identity=",
            $"Authority:Urls:0=https://{away.EndPoint}",
            $"Authority:Urls:1=https://{away.EndPoint}",
            $"Authority:Ca={_setUp.Directory["ca.crt"]}",
        ];

        CheckFindings here = await CheckAsync(CheckReach.ThisMachine, settings);
        CheckFindings there = await CheckAsync(CheckReach.Peers, settings);
        CheckFindings both = await CheckAsync(CheckReach.Peers, [.. settings, $"Applications:echo:Upstreams:one:Address={away.EndPoint}"]);

        Assert.Empty(here.Lines);
        Assert.Collection(
            there.Lines,
            static first => Assert.StartsWith("KestrelL4:Authority:Urls:0 (--set): ", first, StringComparison.Ordinal),
            static second => Assert.StartsWith("KestrelL4:Authority:Urls:1 (--set): ", second, StringComparison.Ordinal));
        Assert.Equal((false, true, false), (here.IsAuthorityAwayAlone, there.IsAuthorityAwayAlone, both.IsAuthorityAwayAlone));
        Assert.False(Path.Exists(_setUp.Directory["state"]));
    }

    // Whoever waits for the authority because of the exit code would wait for nothing.
    [Fact]
    public async Task FindAsync_AuthorityAnswersAtOneAddressOfTwo_IsFoundAndIsNoAbsence()
    {
        using RefusingPort away = new();
        AuthorityPki pki = new(TimeProvider.System);
        await using FakeAuthority authority = new(pki);
        await authority.StartAsync();

        CheckFindings findings = await CheckAsync(
            CheckReach.Peers,
            "Identity=",
            $"Authority:Urls:0=https://{away.EndPoint}",
            $"Authority:Urls:1={authority.Url.GetLeftPart(UriPartial.Authority)}",
            $"Authority:Ca={_setUp.Directory.Write("root.crt", pki.Root.ExportCertificatePem())}");

        Assert.StartsWith("KestrelL4:Authority:Urls:0 (--set): ", Assert.Single(findings.Lines), StringComparison.Ordinal);
        Assert.False(findings.IsAuthorityAwayAlone);
    }

    [Fact]
    public async Task FindAsync_SomethingElseAtTheAuthoritysAddress_IsFoundAndIsNoAbsence()
    {
        CheckFindings findings = await CheckAsync(
            CheckReach.Peers, "Identity=", $"Authority:Urls:0=https://{_setUp.Upstream.EndPoint}", $"Authority:Ca={_setUp.Directory["ca.crt"]}");

        Assert.Contains($"{_setUp.Upstream.EndPoint}", Assert.Single(findings.Lines), StringComparison.Ordinal);
        Assert.False(findings.IsAuthorityAwayAlone);
    }

    [Fact]
    public async Task FindAsync_AddressHeldByTheRunningNode_IsSkipped()
    {
        using ManualServer taken = new();
        using StateDirectory? running = StateDirectory.TryOpen(_setUp.Directory["state"], [$"{taken.EndPoint}"], out _);

        Assert.Empty(await FindAsync(CheckReach.ThisMachine, $"Applications:echo:Listen={taken.EndPoint}"));
    }

    [Fact]
    public async Task FindAsync_AddressHeldByAnotherWhileTheNodeRuns_IsFound()
    {
        using ManualServer taken = new();
        using StateDirectory? running = StateDirectory.TryOpen(_setUp.Directory["state"], ["127.0.0.1:1"], out _);

        string finding = Assert.Single(await FindAsync(CheckReach.ThisMachine, $"Applications:echo:Listen={taken.EndPoint}"));

        Assert.Contains($"{taken.EndPoint} cannot be bound", finding, StringComparison.Ordinal);
    }

    [Fact]
    public async Task FindAsync_AdminAddressIsTaken_IsFound()
    {
        using ManualServer taken = new();

        string finding = Assert.Single(await FindAsync(CheckReach.ThisMachine, $"Admin:Listen={taken.EndPoint}"));

        Assert.StartsWith("KestrelL4:Admin:Listen (--set)", finding, StringComparison.Ordinal);
    }

    public ValueTask DisposeAsync() => _setUp.DisposeAsync();

    private async Task<IReadOnlyList<string>> FindAsync(CheckReach reach, params string[] settings) =>
        (await CheckAsync(reach, settings)).Lines;

    private Task<CheckFindings> CheckAsync(CheckReach reach, params string[] settings) =>
        new NodeCheck(TimeProvider.System).FindAsync(_setUp.With(settings), reach, CancellationToken.None);
}
