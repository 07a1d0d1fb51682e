using System.Security.Cryptography.X509Certificates;
using KestrelL4.Authority.Administration;
using KestrelL4.Authority.Api;
using KestrelL4.Protocol;

namespace KestrelL4.Authority.Tests.Api;

public sealed class AdministratorListTests : IDisposable
{
    private const string Who = "uid 0";

    private readonly AuthorityFixture _authority = new();
    private readonly AdministratorList _list;
    private readonly AdministratorAdministration _administration;
    private readonly ClientAdministration _clients;

    public AdministratorListTests()
    {
        _list = new AdministratorList(_authority.Store, _authority.Time);
        _administration = new AdministratorAdministration(_authority.Store, _list, _authority.Time);
        _clients = new ClientAdministration(_authority.Store, new CertificateNames(_authority.Store), _authority.Time);
    }

    public void Dispose() => _authority.Dispose();

    [Fact]
    public async Task ProblemOf_OnlyWhileInTheList_Administers()
    {
        Peer peer = await IssueAsync("ops");
        Assert.Equal(RefusalReason.WrongRole, _list.ProblemOf(peer)?.Reason);

        Done(await _administration.AddAsync(Who, peer.CertificateId!));
        Assert.Null(_list.ProblemOf(peer));
        Assert.Null(_administration.List().Administrators[peer.CertificateId!].Problem);

        Done(await _administration.RemoveAsync(Who, peer.CertificateId!["authority:".Length..].ToLowerInvariant()));
        Assert.Equal(RefusalReason.WrongRole, _list.ProblemOf(peer)?.Reason);
        Assert.Contains("removed from the list of administrators", _authority.AuditLines()[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task ProblemOf_RevokedDisabledOrExpired_IsRefusedThoughInTheList()
    {
        Peer[] peers = [await IssueAsync("one"), await IssueAsync("two"), await IssueAsync("three"), await IssueAsync("four")];
        foreach (Peer peer in peers)
        {
            Done(await _administration.AddAsync(Who, peer.CertificateId!));
        }

        Done(await _clients.RevokeCertificateAsync(Who, peers[0].CertificateId!));
        Done(await _clients.RevokeAsync(Who, "two"));
        Done(await _clients.SetAsync(Who, "three", new ClientChange { Disabled = true }));
        Assert.All(peers[..3], peer => Assert.Equal(RefusalReason.CertificateRefused, _list.ProblemOf(peer)?.Reason));
        Assert.Null(_list.ProblemOf(peers[3]));

        _authority.Time.Advance(TimeSpan.FromDays(31));
        Assert.Equal(RefusalReason.CertificateExpired, _list.ProblemOf(peers[3])?.Reason);
        Assert.All(_administration.List().Administrators.Values, static entry => Assert.NotNull(entry.Problem));
    }

    [Fact]
    public async Task Add_CertificateThatThisAuthorityDidNotIssue_IsRefused()
    {
        Done(await _clients.AddAsync(Who, new ClientOrder("main", ["main:01", "authority:02"], [])));

        Assert.Equal(RefusalReason.Invalid, (await _administration.AddAsync(Who, "main:01")).Refusal?.Reason);
        Assert.Equal(RefusalReason.Invalid, (await _administration.AddAsync(Who, "no number")).Refusal?.Reason);
        Assert.Equal(RefusalReason.NotFound, (await _administration.AddAsync(Who, "02")).Refusal?.Reason);
        Assert.Equal(RefusalReason.NotFound, (await _administration.RemoveAsync(Who, "02")).Refusal?.Reason);
    }

    [Fact]
    public async Task List_AfterAStart_IsTheSame_AndAFileOfBeforeHoldsNone()
    {
        Peer peer = await IssueAsync("ops");
        Done(await _administration.AddAsync(Who, peer.CertificateId!));

        _authority.Reopen();
        Assert.Equal([peer.CertificateId!], _authority.Store.Nodes.State.Administrators.Keys);

        string file = File.ReadAllText(_authority["nodes.json"]);
        int begin = file.IndexOf(",\"Administrators\"", StringComparison.Ordinal);
        Assert.True(begin > 0);
        File.WriteAllText(_authority["nodes.json"], file[..begin] + "}");
        _authority.Reopen();
        Assert.Empty(_authority.Store.Nodes.State.Administrators);
    }

    private static void Done(Answer<DoneReport> answer) => Assert.True(answer.IsDone, answer.Refusal?.Text);

    private async Task<Peer> IssueAsync(string client)
    {
        Done(await _clients.AddAsync(Who, new ClientOrder(client, [], [])));
        using X509Certificate2 certificate = AuthorityFixture.CertificateOf(
            await new ClientIssuance(_authority.Store, _authority.Issuers, _authority.Time).IssueAsync(Who, client, AuthorityFixture.NewRequest(), 30));
        return new PeerIdentification(_authority.Issuers, _authority.Time).Identify(null, certificate);
    }
}
