using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using KestrelL4.Authority.Administration;
using KestrelL4.Authority.RegistryStore;
using KestrelL4.Protocol;

namespace KestrelL4.Authority.Tests.RegistryStore;

public sealed class StoreTests : IDisposable
{
    private readonly AuthorityFixture _authority = new();

    public void Dispose() => _authority.Dispose();

    [Fact]
    public async Task Change_Kept_IsThereAfterReopening()
    {
        await AddAsync("alice");
        await AddAsync("bob");
        string fingerprint = _authority.Store.Registry.Fingerprint;

        _authority.Reopen();

        RegistryState state = _authority.Store.Registry.State;
        Assert.Equal(["alice", "bob"], state.Clients.Keys.Order());
        Assert.True(state.Clients.ContainsKey("ALICE"));
        Assert.Equal((1, 3), (state.Epoch, state.Revision));
        Assert.Equal(fingerprint, _authority.Store.Registry.Fingerprint);
        Assert.Equal([1L, 2L, 3L], AuditedChanges());
    }

    [Fact]
    public async Task Change_Published_SupersedesTheOneBefore()
    {
        Published<RegistryState> before = _authority.Store.Registry;

        await AddAsync("alice");

        Assert.True(before.Superseded.IsCompleted);
        Assert.Empty(before.State.Clients);
        Assert.NotEqual(before.Fingerprint, _authority.Store.Registry.Fingerprint);
    }

    [Fact]
    public async Task Change_DiskRefuses_LeavesStateAndAuditLogAsTheyWere()
    {
        await AddAsync("alice");
        Directory.CreateDirectory(_authority["registry.json.new"]);

        Answer<DoneReport> answer = await TryAddAsync("bob");

        Assert.Equal(RefusalReason.StoreFailed, answer.Refusal?.Reason);
        Assert.Equal([1L, 2L], AuditedChanges());
        Assert.False(_authority.Store.Registry.State.Clients.ContainsKey("bob"));
        Directory.Delete(_authority["registry.json.new"]);
        await AddAsync("bob");
        _authority.Reopen();
        Assert.Equal(["alice", "bob"], _authority.Store.Registry.State.Clients.Keys.Order());
    }

    [Fact]
    public async Task Open_KilledAfterTheAuditLine_KeepsTheStateBeforeAndSaysSo()
    {
        await AddAsync("alice");
        byte[] before = File.ReadAllBytes(_authority["registry.json"]);
        await AddAsync("bob");
        File.WriteAllBytes(_authority["registry.json"], before);

        _authority.Reopen();

        Assert.Equal(["alice"], _authority.Store.Registry.State.Clients.Keys);
        Assert.Contains("changes 3 to 3", _authority.AuditLines()[^1], StringComparison.Ordinal);
        Assert.Equal([1L, 2L, 3L, 4L], AuditedChanges());
        await AddAsync("carol");
        _authority.Reopen();
        Assert.Equal([1L, 2L, 3L, 4L, 5L], AuditedChanges());
    }

    [Fact]
    public async Task Open_KilledWithinTheAuditLine_CutsItOffAtEveryLength()
    {
        await AddAsync("alice");
        byte[] state = File.ReadAllBytes(_authority["registry.json"]);
        byte[] log = File.ReadAllBytes(_authority["audit.log"]);
        await AddAsync("bob");
        byte[] whole = File.ReadAllBytes(_authority["audit.log"]);

        for (int length = log.Length; length < whole.Length; length++)
        {
            File.WriteAllBytes(_authority["registry.json"], state);
            File.WriteAllBytes(_authority["audit.log"], whole[..length]);
            _authority.Reopen();
            Assert.Equal([1L, 2L], AuditedChanges());
            Assert.Equal(["alice"], _authority.Store.Registry.State.Clients.Keys);
        }
    }

    [Fact]
    public async Task Open_KilledWhileWriting_ForgetsTheUnfinishedFile()
    {
        await AddAsync("alice");
        File.WriteAllText(_authority["registry.json.new"], "{ \"Change\": 9");

        _authority.Reopen();

        Assert.False(File.Exists(_authority["registry.json.new"]));
        Assert.Equal(["alice"], _authority.Store.Registry.State.Clients.Keys);
    }

    [Theory]
    [InlineData("")]
    [InlineData("no line of ours\n")]
    public async Task Open_AuditLogLost_SaysSoAndGoesOn(string left)
    {
        await AddAsync("alice");
        File.WriteAllText(_authority["audit.log"], left);

        _authority.Reopen();

        Assert.Equal(["alice"], _authority.Store.Registry.State.Clients.Keys);
        Assert.Contains("audit log", _authority.AuditLines()[^1], StringComparison.Ordinal);
        await AddAsync("bob");
        Assert.Equal(4, AuditedChanges()[^1]);
    }

    [Theory]
    [InlineData("registry.json")]
    [InlineData("nodes.json")]
    public async Task Open_StateGarbledOrLost_RefusesRatherThanForget(string file)
    {
        await AddAsync("alice");
        File.WriteAllText(_authority[file], "{ \"Change\"");
        Assert.Throws<InvalidDataException>(_authority.Reopen);

        File.Delete(_authority[file]);
        Assert.Throws<InvalidDataException>(_authority.Reopen);
    }

    [Fact]
    public async Task Open_FileWrittenInAnotherForm_HasTheFilesFingerprint()
    {
        await AddAsync("alice");
        File.AppendAllText(_authority["registry.json"], "\n");

        _authority.Reopen();

        string hash = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(_authority["registry.json"])));
        Assert.StartsWith(_authority.Store.Registry.Fingerprint, hash, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_FilesOfOthersThatLookUnfinished_StayWhereTheyAre()
    {
        File.WriteAllText(_authority["ca.key.new"], "brought by the operator");

        _authority.Reopen();

        Assert.True(File.Exists(_authority["ca.key.new"]));
    }

    [Fact]
    public async Task Change_CertificatesThatExpired_AreForgottenAMonthLater()
    {
        await AddAsync("alice");
        await _authority.Store.ChangeRegistryAsync<DoneReport>("test", state => new Changed<RegistryState, DoneReport>(
            state with { Issued = new Dictionary<string, DateTimeOffset> { ["main:alice"] = _authority.Time.GetUtcNow().AddDays(1) } }, "issued", new DoneReport("")));
        _authority.Time.Advance(TimeSpan.FromDays(30));
        await AddAsync("bob");
        Assert.NotEmpty(_authority.Store.Registry.State.Issued);
        Assert.NotEmpty(_authority.Store.Registry.State.Clients["alice"].SerialNumbers);

        _authority.Time.Advance(TimeSpan.FromDays(2));
        await AddAsync("carol");

        Assert.Empty(_authority.Store.Registry.State.Issued);
        Assert.Empty(_authority.Store.Registry.State.Clients["alice"].SerialNumbers);
        Assert.NotEmpty(_authority.Store.Registry.State.Clients["bob"].SerialNumbers);
    }

    private async Task AddAsync(string name)
    {
        Answer<DoneReport> answer = await TryAddAsync(name);
        Assert.True(answer.IsDone, answer.Refusal?.Text);
    }

    private Task<Answer<DoneReport>> TryAddAsync(string name) => _authority.Store.ChangeRegistryAsync<DoneReport>(
        "test",
        state => new Changed<RegistryState, DoneReport>(
            state with
            {
                Clients = new Dictionary<string, KestrelL4.Protocol.Snapshots.RegisteredClient>(state.Clients)
                {
                    [name] = new() { SerialNumbers = [$"main:{name}"], Applications = ["*"] },
                },
            },
            $"client {name} added",
            new DoneReport(name)));

    private long[] AuditedChanges() =>
    [
        .. _authority.AuditLines().Where(static line => line.StartsWith('{'))
            .Select(static line => JsonSerializer.Deserialize(Encoding.UTF8.GetBytes(line), StoreJson.Default.AuditEntry)!.Change),
    ];
}
