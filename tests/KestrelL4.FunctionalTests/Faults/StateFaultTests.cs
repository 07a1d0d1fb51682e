using System.Diagnostics;

namespace KestrelL4.FunctionalTests.Faults;

/// <summary>The state directory takes nothing any more, or loses the admin socket: the node serves on, says so, and recovers.</summary>
public sealed class StateFaultTests : IAsyncLifetime
{
    private readonly EchoServer _upstream = new();
    private readonly NodeSetup _setup = new();
    private readonly TestCertificate _alice;

    public StateFaultTests()
    {
        // A window that is worth keeping has the node write with each connection.
        _setup.Application("echo", _upstream.EndPoint)
            .Set("RateLimit:ConnectionsPerWindow", 1000)
            .Set("RateLimit:Window", "1h");
        _alice = _setup.Client("alice", "*");
    }

    private string State => _setup.Directory["state"];

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _upstream.DisposeAsync();

    [RequiresToolFact("unshare", "mount", "nsenter")]
    public async Task StateDirectory_ReadOnlyForAWhile_ServesAndWritesAgain()
    {
        await using TestNode node = await _setup.StartAsync(new NodeLaunch { SmallDisk = State });
        await using TlsClient before = await node.HoldAsync(_alice);
        await SaysAsync(node, "Writing", 0);

        // Over itself, for a file system on which files are open for writing cannot become read-only.
        await MountAsync(node, "mount", "--bind", State, State);
        await MountAsync(node, "mount", "-o", "remount,ro,bind", State);

        await using TlsClient meanwhile = await node.HoldAsync(_alice);
        await SaysAsync(node, "Cannot write", 1);
        Assert.Equal([1], await before.EchoAsync([1]));

        await MountAsync(node, "umount", State);
        await SaysAsync(node, "again", 1);
        Assert.Equal([1], await meanwhile.EchoAsync([1]));
    }

    [RequiresToolFact("unshare", "mount")]
    public async Task StateDirectory_FullAtTheStartAndLater_ServesAndWritesAgain()
    {
        await using TestNode node = await _setup.StartAsync(new NodeLaunch { SmallDisk = State, IsSmallDiskFull = true });
        string filler = $"/proc/{node.Process.Id}/root{State}/filler";
        await using TlsClient first = await node.HoldAsync(_alice);
        await SaysAsync(node, "Cannot write", 1);
        File.Delete(filler);
        await SaysAsync(node, "again", 1);

        FillUp(filler);
        await using TlsClient meanwhile = await node.HoldAsync(_alice);
        await SaysAsync(node, "Cannot write", 2);
        File.Delete(filler);
        await SaysAsync(node, "again", 2);
        Assert.Equal([1], await first.EchoAsync([1]));
        Assert.Equal([1], await meanwhile.EchoAsync([1]));
    }

    // Without its lock two nodes might serve on it, and no verb would reach the one that does.
    [RequiresToolFact("unshare", "mount")]
    public async Task StateDirectory_ReadOnlyAtTheStart_CannotStartAndSaysWhy()
    {
        using TemporaryDirectory directory = _setup.Directory;
        _setup.Write();
        File.SetUnixFileMode(Directory.CreateDirectory(State).FullName, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

        ToolResult result = await Tool.RunAsync(
            "unshare",
            ["--mount", "bash", "-c", $"mount --bind '{State}' '{State}' && mount -o remount,ro,bind '{State}' && exec \"$@\"", "bash", NodeExecutable.Path, "run", "--config", _setup.ConfigurationFile]);

        Assert.True(result.ExitCode == 2, result.ToString());
        Assert.Contains($"the state directory '{State}' cannot be used (Read-only file system", result.Error, StringComparison.Ordinal);
        Assert.Contains("name another in KestrelL4:StateDirectory", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AdminSocket_Removed_IsThereAgainAndVerbsWork()
    {
        await using TestNode node = await _setup.StartAsync();
        await using TlsClient open = await node.HoldAsync(_alice);
        long removed = Stopwatch.GetTimestamp();
        File.Delete(_setup.Directory["state/admin.sock"]);

        await Eventually.UntilAsync(() => Path.Exists(_setup.Directory["state/admin.sock"]), "the socket is there again");
        Assert.InRange(Stopwatch.GetElapsedTime(removed), TimeSpan.Zero, TimeSpan.FromSeconds(10));
        ToolResult status = await NodeExecutable.RunAsync(_setup.Directory.Path, ["status", "--config", _setup.ConfigurationFile]);
        Assert.Equal(0, status.ExitCode);
        Assert.Equal([1], await open.EchoAsync([1]));
        await SaysAsync(node, "made anew", 1);
    }

    private static Task SaysAsync(TestNode node, string text, int times) => Eventually.UntilAsync(
        () => node.Process.Lines.Count(line => line.Contains(text, StringComparison.Ordinal)) == times, $"the node says {times} times: {text}");

    private static async Task MountAsync(TestNode node, params string[] command)
    {
        ToolResult result = await Tool.RunAsync("nsenter", ["--target", $"{node.Process.Id}", "--mount", .. command]);
        Assert.True(result.ExitCode == 0, result.ToString());
    }

    private static void FillUp(string path)
    {
        using FileStream file = new(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        byte[] page = new byte[4096];
        while (Record.Exception(() => file.Write(page)) is null)
        {
        }
    }
}
