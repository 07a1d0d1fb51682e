namespace KestrelL4.FunctionalTests.Agent;

/// <summary><c>enroll --once</c> obtains identity and registry, so that a node starts without the authority later.</summary>
public sealed class EnrolTests : IAsyncLifetime
{
    private AuthorityScene _scene = null!;

    public async Task InitializeAsync() => _scene = await AuthorityScene.StartAsync();

    public async Task DisposeAsync() => await _scene.DisposeAsync();

    [Fact]
    public async Task Enroll_Once_LetsANodeServeWithoutTheAuthority()
    {
        FaultyLink link = _scene.Link();
        NodeSetup setup = await _scene.PrepareAsync("edge-1", link.EndPoint);
        setup.Write();

        ToolResult enrolled = await NodeExecutable.RunAsync(setup.Directory.Path, "enroll", "--once", "--json", "--config", setup.ConfigurationFile);

        Assert.True(enrolled.ExitCode == 0, enrolled.ToString());
        Assert.Matches($$"""\A{"node":"edge-1","notAfter":"20[^"]+","epoch":1,"revision":\d+,"clients":1,"stateDirectory":"{{setup.Directory["state"]}}"}\n\z""", enrolled.Output);
        await link.RefuseAsync();
        await using TestNode node = await setup.StartAsync();
        await using TlsClient client = await node.HoldAsync(_scene.Alice);
        await node.UntilAsync("authority", "degraded");
    }

    // A token may serve once: it must not be spent on what cannot be kept.
    [RequiresToolFact("unshare", "mount")]
    public async Task Enroll_OnceOnAFullDisk_ExitsWithTwoAndLeavesTheTokenGood()
    {
        NodeSetup setup = await _scene.PrepareAsync("edge-3");
        using TemporaryDirectory directory = setup.Directory;
        setup.Write();
        string[] enroll = [NodeExecutable.Path, "enroll", "--once", "--config", setup.ConfigurationFile];
        string state = directory["state"];
        string full = $"mkdir -m 700 '{state}' && mount -t tmpfs -o size=64k,mode=0700 tmpfs '{state}' && {{ head -c 1M /dev/zero > '{state}/filler'; exec \"$@\"; }}";

        ToolResult refused = await Tool.RunAsync("unshare", ["--mount", "bash", "-c", full, "bash", .. enroll]);
        ToolResult enrolled = await Tool.RunAsync(enroll[0], enroll[1..]);

        Assert.True(refused.ExitCode == 2, refused.ToString());
        Assert.Contains("the join token is as good as before", refused.Error, StringComparison.Ordinal);
        Assert.True(enrolled.ExitCode == 0, enrolled.ToString());
        Assert.False(File.Exists(directory["state/authority/trial"]));
    }

    [Fact]
    public async Task Enroll_OnceWithoutTheAuthority_ExitsWithThree()
    {
        using RefusingPort port = new();
        NodeSetup setup = await _scene.PrepareAsync("edge-2", port.EndPoint);
        using TemporaryDirectory directory = setup.Directory;
        setup.Write();

        ToolResult enrolled = await NodeExecutable.RunAsync(directory.Path, "enroll", "--once", "--config", setup.ConfigurationFile);

        Assert.True(enrolled.ExitCode == 3, enrolled.ToString());
        Assert.Contains("refuses connections", enrolled.Error, StringComparison.Ordinal);
    }
}
