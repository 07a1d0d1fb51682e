using System.Net.Sockets;
using System.Security.Authentication;

namespace KestrelL4.FunctionalTests;

/// <summary>The permits of a long window survive a restart, in every scope, whatever ended the node.</summary>
public sealed class PermitRestartTests : IAsyncDisposable
{
    private readonly EchoServer _upstream = new();
    private readonly NodeSetup _setup = new();
    private readonly TestCertificate _alice;

    public PermitRestartTests()
    {
        _setup.Application("echo", _upstream.EndPoint);
        _alice = _setup.Client("alice", "*");
    }

    private string PermitFile => _setup.Directory["state/permits.json"];

    public ValueTask DisposeAsync() => _upstream.DisposeAsync();

    [Theory]
    [InlineData("RateLimit", "SIGTERM")]
    [InlineData("Applications:echo:RateLimit", "SIGKILL")]
    [InlineData("Applications:echo:ClientRateLimit", "SIGTERM")]
    [InlineData("Clients:alice:RateLimit", "SIGKILL")]
    [InlineData("SourceRateLimit", "SIGTERM")]
    [InlineData("SourceRateLimit", "SIGKILL")]
    public async Task Window_NodeRestarted_GoesOnCounting(string limit, string signal)
    {
        _setup.Set($"{limit}:ConnectionsPerWindow", 3).Set($"{limit}:Window", "1h");
        await using TestNode first = await _setup.StartAsync();
        Assert.True(await IsServedAsync(first));
        Assert.True(await IsServedAsync(first));
        await EndAsync(first, signal);

        await using TestNode second = await _setup.StartAsync();

        Assert.True(await IsServedAsync(second));
        Assert.False(await IsServedAsync(second));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(PermitFile));
        Assert.DoesNotContain("permits.json", second.Process.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Window_LimitTakenAwayBeforeTheRestart_IsForgotten()
    {
        const string Limit = "Applications:echo:RateLimit";
        _setup.Set($"{Limit}:ConnectionsPerWindow", 1).Set($"{Limit}:Window", "1h");
        await using TestNode first = await _setup.StartAsync();
        Assert.True(await IsServedAsync(first));
        await EndAsync(first, "SIGTERM");
        _setup.Set(Limit, null);
        await using TestNode second = await _setup.StartAsync();

        Assert.True(await IsServedAsync(second));
        Assert.True(await IsServedAsync(second));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{ \"format\": 1, \"limits\": [ { \"scope\": \"no")]
    [InlineData("{ \"format\": 1, \"limits\": null }")]
    [InlineData("{ \"format\": 2, \"limits\": [] }")]
    [InlineData("[ \"quite another file\" ]")]
    public async Task Start_FileIsBrokenOrForeign_WarnsOnceAndServes(string content)
    {
        const string Limit = "Applications:echo:RateLimit";
        _setup.Set($"{Limit}:ConnectionsPerWindow", 1).Set($"{Limit}:Window", "1h");
        Directory.CreateDirectory(_setup.Directory["state"], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        await File.WriteAllTextAsync(PermitFile, content);

        await using TestNode node = await _setup.StartAsync();

        Assert.True(await IsServedAsync(node));
        Assert.False(await IsServedAsync(node));
        Assert.Single(node.Process.Lines, static line => line.Contains("permits.json", StringComparison.Ordinal));
        await Eventually.UntilAsync(
            async () => (await File.ReadAllTextAsync(PermitFile)).Contains("\"echo\"", StringComparison.Ordinal), "the file is written anew");
    }

    private async Task EndAsync(TestNode node, string signal)
    {
        if (signal == "SIGTERM")
        {
            node.Process.Terminate();
            Assert.Equal(0, await node.Process.WaitForExitAsync());
            return;
        }

        await Eventually.UntilAsync(
            async () => File.Exists(PermitFile) && (await File.ReadAllTextAsync(PermitFile)).Split("\"at\"").Length == 3, "both permits are written down");
        node.Process.Kill();
        await node.Process.WaitForExitAsync();
    }

    private async Task<bool> IsServedAsync(TestNode node)
    {
        try
        {
            await using TlsClient client = await node.HoldAsync(_alice);
            await client.CompleteSendingAsync();
            await client.ObserveEndAsync();
            return true;
        }
        catch (Exception exception) when (exception is IOException or AuthenticationException or SocketException)
        {
            return false;
        }
    }
}
