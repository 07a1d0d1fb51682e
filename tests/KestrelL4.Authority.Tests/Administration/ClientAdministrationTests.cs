using System.Security.Cryptography.X509Certificates;
using KestrelL4.Authority.Administration;
using KestrelL4.Authority.RegistryStore;
using KestrelL4.Protocol;
using KestrelL4.Protocol.Snapshots;

namespace KestrelL4.Authority.Tests.Administration;

public sealed class ClientAdministrationTests : IDisposable
{
    private const string Who = "uid 0";

    private readonly AuthorityFixture _authority = new();
    private readonly ClientAdministration _clients;
    private readonly ClientIssuance _issuance;

    public ClientAdministrationTests()
    {
        _clients = new ClientAdministration(_authority.Store, new CertificateNames(_authority.Store), _authority.Time);
        _issuance = new ClientIssuance(_authority.Store, _authority.Issuers, _authority.Time);
    }

    private RegistryState Registry => _authority.Store.Registry.State;

    public void Dispose() => _authority.Dispose();

    [Theory]
    [InlineData("main:5F:3a:01", "main:5F3A01")]
    [InlineData("MAIN:0x5f3a01", "main:5F3A01")]
    [InlineData("5f:3a:01", "authority:5F3A01")]
    [InlineData("0x00F1", "authority:F1")]
    [InlineData("ab:cd", "authority:ABCD")]
    [InlineData("authority:1", "authority:01")]
    public void TryParse_CertificateName_HasOneForm(string text, string id)
    {
        Assert.True(CertificateName.TryParse(text, out CertificateName? name));
        Assert.Equal(id, name.Id);
    }

    [Theory]
    [InlineData("")]
    [InlineData("main:")]
    [InlineData("main:xyz")]
    [InlineData("-main:5F")]
    [InlineData("main:other:5F")]
    [InlineData("0")]
    [InlineData("main:00000000000000000000000000000000000000001111111111111111111111111111111111111111F")]
    public void TryParse_NoCertificateName_IsRefused(string text) => Assert.False(CertificateName.TryParse(text, out _));

    [Fact]
    public async Task Add_SameNameOrSameCertificate_IsRefused()
    {
        await AddAsync("alice", "main:1");

        Refuses(await _clients.AddAsync(Who, new ClientOrder("ALICE", ["main:2"], ["*"])), RefusalReason.Conflict);
        Refuses(await _clients.AddAsync(Who, new ClientOrder("bob", ["main:01"], ["*"])), RefusalReason.Conflict);
        Assert.Equal(2, Registry.Revision);
    }

    [Theory]
    [InlineData("ca", "main:1", "*")]
    [InlineData("../x", "main:1", "*")]
    [InlineData("alice", "nonsense", "*")]
    [InlineData("alice", "main:1", "-postgres")]
    public async Task Add_Senseless_IsRefused(string name, string serial, string application) =>
        Refuses(await _clients.AddAsync(Who, new ClientOrder(name, [serial], [application])), RefusalReason.Invalid);

    [Fact]
    public async Task Add_AllBesideOthers_IsRefused() =>
        Refuses(await _clients.AddAsync(Who, new ClientOrder("alice", ["main:1"], ["*", "postgres"])), RefusalReason.Invalid);

    [Fact]
    public async Task Add_BareSerialNumberInAFleetWithoutOtherAuthorities_IsOurOwn()
    {
        await AddAsync("alice", "5F");

        Assert.Equal(["authority:5F"], Registry.Clients["alice"].SerialNumbers);
    }

    [Fact]
    public async Task Add_BareSerialNumberOnceAnotherAuthorityIsRegistered_IsRefused()
    {
        await AddAsync("alice", "main:1");

        Answer<DoneReport> answer = await _clients.AddAsync(Who, new ClientOrder("bob", ["2"], ["*"]));
        Refuses(answer, RefusalReason.Invalid);
        Assert.Contains("main:02", answer.Refusal!.Text, StringComparison.Ordinal);
        Refuses(await _clients.RevokeCertificateAsync(Who, "2"), RefusalReason.Invalid);
    }

    [Fact]
    public async Task Add_BareSerialNumberOnceANodeTellsOfAnotherAuthority_IsRefusedWhileTheNodeIsWelcome()
    {
        NodeRecord node = new() { Hosts = [], JoinedAt = default, SerialNumber = "1", NotAfter = default, ClientAuthorities = ["partner"] };
        await PutNodeAsync(node);
        Refuses(await _clients.AddAsync(Who, new ClientOrder("bob", ["2"], ["*"])), RefusalReason.Invalid);

        await PutNodeAsync(node with { RevokedAt = _authority.Time.GetUtcNow() });
        await AddAsync("bob", "2");
    }

    [Fact]
    public async Task Set_OnlyWhatIsNamed_Changes()
    {
        await AddAsync("alice", "main:1");
        RegisteredLimit limit = new() { MaxConcurrentConnections = 5 };

        await SetAsync("Alice", new ClientChange { Limit = new LimitChange("Postgres", limit) });
        await SetAsync("alice", new ClientChange { Disabled = true, AddSerialNumbers = ["main:2", "main:1"] });

        RegisteredClient client = Registry.Clients["alice"];
        Assert.Equal(limit, client.RateLimits!["postgres"]);
        Assert.True(client.Disabled);
        Assert.Equal(["main:01", "main:02"], client.SerialNumbers);
        Assert.Equal(["*"], client.Applications);
        await SetAsync("alice", new ClientChange { Limit = new LimitChange("postgres", null), Applications = [] });
        Assert.Null(Registry.Clients["alice"].RateLimits);
        Assert.Empty(Registry.Clients["alice"].Applications);
    }

    [Fact]
    public async Task Set_Nothing_IsRefused()
    {
        await AddAsync("alice", "main:1");

        Refuses(await _clients.SetAsync(Who, "alice", new ClientChange()), RefusalReason.Invalid);
        Refuses(await _clients.SetAsync(Who, "nobody", new ClientChange { Disabled = true }), RefusalReason.NotFound);
        Refuses(
            await _clients.SetAsync(Who, "alice", new ClientChange { Limit = new LimitChange(null, new RegisteredLimit { Window = TimeSpan.Zero }) }),
            RefusalReason.Invalid);
    }

    [Fact]
    public async Task Revoke_Client_RevokesEveryCertificateAndFreesTheName()
    {
        await AddAsync("alice", "main:1", "main:2");

        Assert.True((await _clients.RevokeAsync(Who, "alice")).IsDone);

        Assert.Empty(Registry.Clients);
        Assert.Equal(["main:01", "main:02"], Registry.Revoked.Keys.Order());
        Refuses(await _clients.AddAsync(Who, new ClientOrder("alice", ["main:1"], ["*"])), RefusalReason.Conflict);
        await AddAsync("alice", "main:3");
    }

    [Fact]
    public async Task RevokeCertificate_OfAClient_LeavesItsOthers()
    {
        await AddAsync("alice", "main:1", "main:2");

        Assert.True((await _clients.RevokeCertificateAsync(Who, "main:1")).IsDone);
        long revision = Registry.Revision;
        Assert.Contains("already", (await _clients.RevokeCertificateAsync(Who, "main:1")).Value!.Text, StringComparison.Ordinal);

        Assert.Equal(["main:02"], Registry.Clients["alice"].SerialNumbers);
        Assert.Equal(["main:01"], Registry.Revoked.Keys);
        Assert.Equal(revision, Registry.Revision);
    }

    [Fact]
    public async Task Issue_RegisteredClient_RegistersTheCertificateWithTheSameChange()
    {
        await AddAsync("alice");

        using X509Certificate2 certificate = AuthorityFixture.CertificateOf(
            await _issuance.IssueAsync(Who, "alice", AuthorityFixture.NewRequest(), 30));

        Assert.Equal("CN=alice", certificate.Subject);
        Assert.Equal([$"authority:{certificate.SerialNumber}"], Registry.Clients["alice"].SerialNumbers);
        Assert.Equal(3, Registry.Revision);
        Assert.Equal(_authority.Time.Start.AddDays(30), Registry.Issued.Values.Single());
    }

    [Fact]
    public async Task Issue_UnknownClientOrSenselessDays_IsRefused()
    {
        Refuses(await _issuance.IssueAsync(Who, "alice", AuthorityFixture.NewRequest(), 30), RefusalReason.NotFound);
        Refuses(await _issuance.IssueAsync(Who, "alice", AuthorityFixture.NewRequest(), 0), RefusalReason.Invalid);
    }

    [Fact]
    public async Task Begin_NewEpoch_GoesUpWithTheRevision()
    {
        await AddAsync("alice", "main:1");

        Assert.True((await new EpochAdministration(_authority.Store).BeginAsync(Who)).IsDone);

        Assert.Equal((2, 3), (Registry.Epoch, Registry.Revision));
        Assert.Single(Registry.Clients);
    }

    private static void Refuses<T>(Answer<T> answer, string reason)
        where T : class
    {
        Assert.False(answer.IsDone);
        Assert.Equal(reason, answer.Refusal.Reason);
    }

    private async Task AddAsync(string name, params string[] serials)
    {
        Answer<DoneReport> answer = await _clients.AddAsync(Who, new ClientOrder(name, serials, ["*"]));
        Assert.True(answer.IsDone, answer.Refusal?.Text);
    }

    private async Task SetAsync(string name, ClientChange change)
    {
        Answer<DoneReport> answer = await _clients.SetAsync(Who, name, change);
        Assert.True(answer.IsDone, answer.Refusal?.Text);
    }

    private Task<Answer<NodeRecord>> PutNodeAsync(NodeRecord node) => _authority.Store.ChangeNodesAsync<NodeRecord>(
        "test", nodes => new Changed<NodesState, NodeRecord>(nodes.With("edge", node), "node put", node));
}
