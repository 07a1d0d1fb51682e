using KestrelL4.Server.Configuration;
using KestrelL4.Server.Reload;
using KestrelL4.Testing;
using KestrelL4.Testing.Certificates;

namespace KestrelL4.Server.Tests.Reload;

[Collection(ProcessWide.Name)]
public sealed class CandidateTests : IAsyncDisposable
{
    private readonly NodeSetUp _setUp = new();

    [Fact]
    public async Task ReadAsync_InvalidConfigurationAndRenewedIdentity_RefusesTheOneAndTakesTheOther()
    {
        ConfigurationInForce inForce = await FirstAsync();
        _setUp.Directory.Write("node.json", "{");
        RenewIdentity();

        Candidate candidate = await AgainAsync(inForce);

        Assert.Same(inForce.Reading, candidate.Reading);
        Assert.NotSame(inForce.Files.Identity, candidate.Files!.Identity);
        Assert.Empty(candidate.Files.Problems);
        Assert.Contains("is not JSON", Assert.Single(candidate.Refused).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReadAsync_ChangedConfigurationAndBrokenIdentity_TakesTheOneAndKeepsTheOther()
    {
        ConfigurationInForce inForce = await FirstAsync();
        _setUp.Directory.Write("server.crt", "half a certificate");

        Candidate candidate = await Candidate.ReadAsync(_setUp.With("Drain:Delay=7s"), inForce, TimeProvider.System);

        Assert.Equal(TimeSpan.FromSeconds(7), candidate.Reading.Understood.Drain.Delay);
        Assert.Same(inForce.Files.Identity, candidate.Files!.Identity);
        Assert.Contains("the former one stays in force", candidate.Files.Problems["identity"], StringComparison.Ordinal);
        Assert.Equal("KestrelL4:Identity:Certificate", Assert.Single(candidate.Refused).KeyPath);
    }

    [Fact]
    public async Task ReadAsync_BrokenFileThatWasNotNamedBefore_RefusesTheWhole()
    {
        ConfigurationInForce inForce = await FirstAsync();
        string other = _setUp.Directory.Write("other.crt", "no certificate");

        Candidate candidate = await Candidate.ReadAsync(
            _setUp.With("Drain:Delay=7s", $"Identity:Certificate={other}"), inForce, TimeProvider.System);

        Assert.Same(inForce.Reading, candidate.Reading);
        Assert.Same(inForce.Files.Identity, candidate.Files!.Identity);
        Assert.Contains("other.crt", Assert.Single(candidate.Refused).Problem, StringComparison.Ordinal);
    }

    // To wait for somebody who writes would hold up every other change, and the node's end.
    [Fact]
    public async Task ReadAsync_FileHasBecomeAPipe_IsRefusedAndNotAwaited()
    {
        ConfigurationSources sources = _setUp.With();
        Candidate first = await Candidate.ReadAsync(sources, TimeProvider.System);
        ConfigurationInForce inForce = new(first.Reading, first.Files!, TimeProvider.System.GetUtcNow());
        File.Delete(_setUp.File);
        Assert.Equal(0, (await Tool.RunAsync("mkfifo", [_setUp.File])).ExitCode);

        Candidate candidate = await Eventually.WithinAsync(
            Task.Run(() => Candidate.ReadAsync(sources, inForce, TimeProvider.System)), "the configuration is read");

        Assert.Same(inForce.Reading, candidate.Reading);
        Assert.Contains("has become a pipe", Assert.Single(candidate.Refused).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReadAsync_OtherStateDirectory_IsRefused()
    {
        ConfigurationInForce inForce = await FirstAsync();

        Candidate candidate = await Candidate.ReadAsync(_setUp.With("StateDirectory=elsewhere"), inForce, TimeProvider.System);

        Assert.Same(inForce.Reading, candidate.Reading);
        Assert.Equal("KestrelL4:StateDirectory", Assert.Single(candidate.Refused).KeyPath);
    }

    [Fact]
    public async Task ReadAsync_AuthorityAddedOrRemoved_IsRefused()
    {
        string[] authority = ["Authority:Urls:0=https://127.0.0.1:1", $"Authority:Ca={_setUp.Directory["ca.crt"]}"];
        ConfigurationInForce without = await FirstAsync();
        ConfigurationInForce with = InForce(await Candidate.ReadAsync(_setUp.With(authority), TimeProvider.System));

        Candidate added = await Candidate.ReadAsync(_setUp.With(authority), without, TimeProvider.System);
        Candidate removed = await AgainAsync(with);

        Assert.Same(without.Reading, added.Reading);
        Assert.Equal(("KestrelL4:Authority", "cannot be added while the node runs"), WhatOf(added));
        Assert.Same(with.Reading, removed.Reading);
        Assert.Equal(("KestrelL4:Authority", "cannot be removed while the node runs"), WhatOf(removed));

        static (string, string) WhatOf(Candidate candidate) =>
            (Assert.Single(candidate.Refused).KeyPath, candidate.Refused[0].Problem);
    }

    [Fact]
    public async Task ReadAsync_AuthoritysRootIsBroken_KeepsTheFormerOneAndTellsTheAuthority()
    {
        string[] authority = ["Authority:Urls:0=https://127.0.0.1:1", $"Authority:Ca={_setUp.Directory.Write("root.crt", File.ReadAllText(_setUp.Directory["ca.crt"]))}"];
        ConfigurationInForce inForce = InForce(await Candidate.ReadAsync(_setUp.With(authority), TimeProvider.System));
        _setUp.Directory.Write("root.crt", "half a certificate");

        Candidate candidate = await Candidate.ReadAsync(_setUp.With(authority), inForce, TimeProvider.System);

        Assert.Equal("KestrelL4:Authority:Ca", Assert.Single(candidate.Refused).KeyPath);
        Assert.Contains("the former one stays in force", candidate.Files!.Problems["authority"], StringComparison.Ordinal);
    }

    // The authority issues the identity; until then there is none.
    [Fact]
    public async Task ReadAsync_AuthorityAndNoIdentity_HasFilesWithoutOne()
    {
        Candidate first = await Candidate.ReadAsync(
            _setUp.With("Identity=", "Authority:Urls:0=https://127.0.0.1:1", $"Authority:Ca={_setUp.Directory["ca.crt"]}"), TimeProvider.System);

        Assert.Empty(first.Refused);
        Assert.Null(first.Files!.Identity);
    }

    [Fact]
    public async Task ReadAsync_NothingChanged_IsTheSameIdentityAndSeesTheSame()
    {
        Candidate first = await Candidate.ReadAsync(_setUp.With(), TimeProvider.System);

        Candidate again = await AgainAsync(InForce(first));

        Assert.Same(first.Files!.Identity, again.Files!.Identity);
        Assert.True(again.Seen.IsSameAs(first.Seen));
        Assert.Empty(again.Refused);
    }

    // What was refused may be mended in a file that only it names.
    [Fact]
    public async Task ReadAsync_Refused_SeesTheFilesOfBothConfigurations()
    {
        ConfigurationInForce inForce = await FirstAsync();
        string other = _setUp.Directory.Write("other.crt", "no certificate");
        Candidate refused = await Candidate.ReadAsync(_setUp.With($"Identity:Certificate={other}"), inForce, TimeProvider.System);

        _setUp.Directory.Write("other.crt", "still none");
        string[] changes = [.. refused.Seen.Again().ChangesSince(refused.Seen)];
        RenewIdentity();

        Assert.Equal([other], changes);
        Assert.Contains(_setUp.Directory["server.crt"], refused.Seen.Again().ChangesSince(refused.Seen));
    }

    public ValueTask DisposeAsync() => _setUp.DisposeAsync();

    private static ConfigurationInForce InForce(Candidate candidate) => new(candidate.Reading, candidate.Files!, DateTimeOffset.UnixEpoch);

    private async Task<ConfigurationInForce> FirstAsync() => InForce(await Candidate.ReadAsync(_setUp.With(), TimeProvider.System));

    private Task<Candidate> AgainAsync(ConfigurationInForce inForce) => Candidate.ReadAsync(_setUp.With(), inForce, TimeProvider.System);

    private void RenewIdentity() => TestAuthority.CreateRoot().Issue(TestSubject.Server()).WriteTo(_setUp.Directory.Path, "server");
}
