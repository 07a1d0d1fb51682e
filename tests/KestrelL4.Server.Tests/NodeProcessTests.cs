using KestrelL4.Server.Configuration;
using KestrelL4.Testing.Servers;

namespace KestrelL4.Server.Tests;

[Collection(ProcessWide.Name)]
public sealed class NodeProcessTests : IAsyncDisposable
{
    private readonly NodeSetUp _setUp = new();
    private readonly StringWriter _error = new();

    [Fact]
    public async Task RunAsync_NoSuchConfigurationFile_CannotStart()
    {
        Assert.Equal(NodeExit.CannotStart, await RunAsync(new ConfigurationSources([_setUp.Directory["absent.json"]], null, [])));
        Assert.Contains("absent.json", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunAsync_FileUnreadableAndOthersAtFault_TellsThemAllAndCannotStart()
    {
        File.Delete(_setUp.Directory["server.key"]);
        ConfigurationSources sources = _setUp.With("Applications:echo:Listen=nowhere");

        Assert.Equal(NodeExit.CannotStart, await RunAsync(sources with { Files = [.. sources.Files, _setUp.Directory["absent.json"]] }));

        Assert.StartsWith("kestrell4: cannot start, 3 errors:", _error.ToString(), StringComparison.Ordinal);
        Assert.Contains("absent.json", _error.ToString(), StringComparison.Ordinal);
        Assert.Contains("KestrelL4:Applications:echo:Listen", _error.ToString(), StringComparison.Ordinal);
        Assert.Contains("KestrelL4:Identity:Key", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunAsync_IdentityTooWeakForTheTlsLibrary_IsInvalid()
    {
        await _setUp.WriteWeakIdentityAsync();

        Assert.Equal(NodeExit.ConfigurationInvalid, await RunAsync(_setUp.With()));
        Assert.Contains("KestrelL4:Identity:Certificate", _error.ToString(), StringComparison.Ordinal);
        Assert.Contains("ee key too small", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunAsync_ConfigurationInvalid_TellsEveryError()
    {
        Assert.Equal(
            NodeExit.ConfigurationInvalid, await RunAsync(_setUp.With("Applications:echo:Listen=nowhere", "Drain:Timeout=soon")));
        Assert.StartsWith("kestrell4: the configuration is invalid, 2 errors:", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunAsync_FileOfAKeyIsMissing_IsInvalid()
    {
        File.Delete(_setUp.Directory["server.key"]);

        Assert.Equal(NodeExit.ConfigurationInvalid, await RunAsync(_setUp.With()));
        Assert.Contains("1 error:", _error.ToString(), StringComparison.Ordinal);
        Assert.Contains("KestrelL4:Identity:Key", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunAsync_StateDirectoryInUse_CannotStart()
    {
        using StateDirectory? running = StateDirectory.TryOpen(_setUp.Directory["state"], [], out _);

        Assert.Equal(NodeExit.CannotStart, await RunAsync(_setUp.With()));
        Assert.Contains("in use by another node", _error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Applications:echo:Listen")]
    [InlineData("Admin:Listen")]
    public async Task RunAsync_PortIsTaken_CannotStartAndLetsTheStateDirectoryGo(string key)
    {
        await using EchoServer taken = new();

        Assert.Equal(NodeExit.CannotStart, await RunAsync(_setUp.With($"{key}={taken.EndPoint}")));
        Assert.Contains($"{taken.EndPoint}", _error.ToString(), StringComparison.Ordinal);
        using StateDirectory? free = StateDirectory.TryOpen(_setUp.Directory["state"], [], out _);
        Assert.NotNull(free);
    }

    [Theory]
    [InlineData("ExitOnFirstRun")]
    [InlineData("Exit")]
    public async Task RunAsync_FirstRunAndTheAuthorityIsAway_SaysSoAndExits(string choice)
    {
        using RefusingPort away = new();

        Assert.Equal(NodeExit.AuthorityUnavailable, await RunAsync(_setUp.With(
            "Identity=",
            $"Authority:Urls:0=https://{away.EndPoint}",
            $"Authority:Ca={_setUp.Directory["ca.crt"]}",
            $"Authority:JoinTokenFile={_setUp.Directory.Write("token", "0123")}",
            $"Authority:OnUnavailable={choice}")));

        Assert.StartsWith("kestrell4: the authority cannot be reached: ", _error.ToString(), StringComparison.Ordinal);
        Assert.Contains($"{away.EndPoint}", _error.ToString(), StringComparison.Ordinal);
    }

    // The port is told, and not the authority, which nobody asked: the node gets as far as to bind.
    [Fact]
    public async Task RunAsync_KeepRunningAndTheAuthorityIsAway_GoesOn()
    {
        using RefusingPort away = new();
        await using EchoServer taken = new();

        Assert.Equal(NodeExit.CannotStart, await RunAsync(_setUp.With(
            "Identity=",
            $"Authority:Urls:0=https://{away.EndPoint}",
            $"Authority:Ca={_setUp.Directory["ca.crt"]}",
            "Authority:OnUnavailable=KeepRunning",
            $"Admin:Listen={taken.EndPoint}")));

        Assert.Contains("KestrelL4:Admin:Listen", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunAsync_FileOfTheAuthoritysRootIsMissing_IsInvalid()
    {
        Assert.Equal(NodeExit.ConfigurationInvalid, await RunAsync(_setUp.With(
            "Authority:Urls:0=https://127.0.0.1:1", $"Authority:Ca={_setUp.Directory["absent.crt"]}")));

        Assert.Contains("KestrelL4:Authority:Ca", _error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(NodeExit.Drained, 0)]
    [InlineData(NodeExit.ConfigurationInvalid, 1)]
    [InlineData(NodeExit.CannotStart, 2)]
    [InlineData(NodeExit.AuthorityUnavailable, 3)]
    [InlineData(NodeExit.ConnectionsAborted, 5)]
    internal void NodeExit_Number_IsTheExitCode(NodeExit exit, int code) => Assert.Equal(code, (int)exit);

    public ValueTask DisposeAsync()
    {
        _error.Dispose();
        return _setUp.DisposeAsync();
    }

    private Task<NodeExit> RunAsync(ConfigurationSources sources) => new NodeProcess(_error, TimeProvider.System).RunAsync(sources);
}
