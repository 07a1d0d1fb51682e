using KestrelL4.Server.Agent;
using KestrelL4.Server.Reload;
using KestrelL4.Testing.Certificates;
using Microsoft.Extensions.Logging.Abstractions;

namespace KestrelL4.Server.Tests.Reload;

[Collection(ProcessWide.Name)]
public sealed class AuthorityChangeTests : IAsyncDisposable
{
    private readonly NodeSetUp _setUp = new();
    private readonly List<AgentSettings> _used = [];

    public AuthorityChangeTests() => TestAuthority.CreateRoot().WriteTo(_setUp.Directory.Path, "root.crt");

    public ValueTask DisposeAsync() => _setUp.DisposeAsync();

    [Fact]
    public async Task Follow_NothingOfItChanged_LeavesTheAgentAlone()
    {
        AuthorityChange change = Begin(await ReadAsync());

        change.Follow(await ReadAsync("Drain:Delay=7s"));

        Assert.Empty(_used);
    }

    [Fact]
    public async Task Follow_AnotherKey_IsUsedOnce()
    {
        AuthorityChange change = Begin(await ReadAsync());

        change.Follow(await ReadAsync("Authority:MaxStaleness=1h"));
        change.Follow(await ReadAsync("Authority:MaxStaleness=1h"));

        Assert.Equal(TimeSpan.FromHours(1), Assert.Single(_used).Authority.MaxStaleness);
    }

    [Fact]
    public async Task Follow_AnotherClientAuthority_IsTold()
    {
        AuthorityChange change = Begin(await ReadAsync());

        change.Follow(await ReadAsync($"ClientAuthorities:extra:Certificate={_setUp.Directory["root.crt"]}"));

        Assert.Equal(["extra", "main"], Assert.Single(_used).ClientAuthorities);
    }

    // A token is put where there was none, or a root replaced: whoever did it does not want to wait for the next attempt.
    [Theory]
    [InlineData("token")]
    [InlineData("root.crt")]
    public async Task Follow_FileHoldsSomethingElse_IsTriedAgain(string file)
    {
        AuthorityChange change = Begin(await ReadAsync());

        TestAuthority.CreateRoot().WriteTo(_setUp.Directory.Path, file);
        change.Follow(await ReadAsync());

        Assert.Single(_used);
    }

    [Fact]
    public async Task ReadAsync_TokenIsMissing_IsNoError() => Assert.False(File.Exists((await ReadAsync()).Configuration.Authority!.JoinTokenFile));

    private AuthorityChange Begin(ConfigurationInForce first) => new(first, _used.Add, NullLogger<AuthorityChange>.Instance);

    private async Task<ConfigurationInForce> ReadAsync(params string[] settings)
    {
        Candidate candidate = await Candidate.ReadAsync(
            _setUp.With(
            [
                "Authority:Urls:0=https://127.0.0.1:1",
                $"Authority:Ca={_setUp.Directory["root.crt"]}",
                $"Authority:JoinTokenFile={_setUp.Directory["token"]}",
                .. settings,
            ]),
            TimeProvider.System);
        Assert.Empty(candidate.Refused);
        return new ConfigurationInForce(candidate.Reading, candidate.Files!, DateTimeOffset.UnixEpoch);
    }
}
