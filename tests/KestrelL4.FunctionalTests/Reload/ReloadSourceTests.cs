using System.Text.Json.Nodes;

namespace KestrelL4.FunctionalTests.Reload;

/// <summary>However the sources change, what they hold is in force within two seconds without being asked for.</summary>
public sealed class ReloadSourceTests : IAsyncLifetime
{
    private const string Limit = "KestrelL4__Applications__echo__RateLimit__MaxConcurrentConnections";

    private static readonly TimeSpan Seen = TimeSpan.FromSeconds(2);

    private readonly EchoServer _upstream = new();
    private readonly NodeSetup _setup = new();
    private readonly TestCertificate _alice;

    public ReloadSourceTests()
    {
        _setup.Application("echo", _upstream.EndPoint);
        _alice = _setup.Client("alice", "echo");
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _upstream.DisposeAsync();

    [Fact]
    public async Task File_RewrittenInPlaceThenRenamedOver_IsSeenInTime()
    {
        await using TestNode node = await _setup.StartAsync();
        await using Bystander bystander = new(node.EndPoint(), _alice);

        _setup.Set("Clients:bob:SerialNumbers", new JsonArray("B0B1"));
        await AppliesInTimeAsync(node, () => File.WriteAllText(_setup.ConfigurationFile, _setup.ToString()));
        _setup.Set("Clients:bob:SerialNumbers", new JsonArray("B0B2"));
        await AppliesInTimeAsync(node, _setup.Write);

        await bystander.AssertUnharmedAsync();
    }

    [Fact]
    public async Task SecretsDirectory_SecretChangedThenSwappedBehindALink_IsSeenInTime()
    {
        MountedVolume volume = new(_setup.Directory["secrets"]);
        volume.Publish((Limit, "9"));
        await using TestNode node = await _setup.StartAsync(new NodeLaunch { SecretsDirectory = volume.Path });
        await using TlsClient held = await node.HoldAsync(_alice);

        await AppliesInTimeAsync(node, () => volume.Publish((Limit, "1")));
        await node.RefusesAsync(_alice);
        await AppliesInTimeAsync(node, () => File.WriteAllText(Path.Combine(volume.Path, Limit), "2\n"));

        await using TlsClient second = await node.HoldAsync(_alice);
        Assert.Equal([3], await held.EchoAsync([3]));
    }

    [Fact]
    public async Task Volume_SwappedBehindItsLink_BringsConfigurationAndCertificatesTogether()
    {
        TestAuthority servers = TestAuthority.CreateRoot("renewing server authority");
        MountedVolume volume = new(_setup.Directory["volume"]);
        _setup.Set("Identity:Certificate", "server.crt").Set("Identity:Key", "server.key");
        TestCertificate first = Publish(volume, servers);
        await using TestNode node = await TestNode.StartAsync(Path.Combine(volume.Path, "node.json"), _setup.Directory, new NodeLaunch());
        await using Bystander bystander = new(node.EndPoint(), _alice);
        await using TlsClient before = await node.HoldAsync(_alice);
        Assert.Equal(first.SerialNumber, before.Stream.RemoteCertificate!.GetSerialNumberString());
        TestCertificate bob = _setup.Client("bob", "echo");
        await node.RefusesAsync(bob);

        TestCertificate second = first;
        await AppliesInTimeAsync(node, () => second = Publish(volume, servers));

        await using TlsClient after = await node.HoldAsync(bob);
        Assert.Equal(second.SerialNumber, after.Stream.RemoteCertificate!.GetSerialNumberString());
        Assert.Equal([3], await before.EchoAsync([3]));
        await bystander.AssertUnharmedAsync();
    }

    [Fact]
    public async Task Signal_WhileDraining_IsIgnored()
    {
        await using TestNode node = await _setup.StartAsync();
        await using TlsClient held = await node.HoldAsync(_alice);
        node.Process.Terminate();
        await Eventually.UntilAsync(
            async () => (string?)(await node.StatusAsync())["status"] == "draining", "the node says that it drains");

        MetricWatch applied = await node.WatchAsync("kestrell4_configuration_reloads_total", ("result", "applied"));

        node.Process.HangUp();

        await Eventually.UntilAsync(
            () => node.Process.Output.Contains("the node is draining", StringComparison.Ordinal), "the log says why nothing is read");
        Assert.Equal(0, await applied.RiseAsync());
        Assert.Equal([3], await held.EchoAsync([3]));
        await held.CompleteSendingAsync();
        Assert.Equal(TlsEnd.CloseNotifyThenFin, await held.ObserveEndAsync());
        Assert.Equal(0, await node.Process.WaitForExitAsync());
    }

    private static async Task AppliesInTimeAsync(TestNode node, Action change)
    {
        JsonNode before = (await node.StatusAsync())["configuration"]!;
        DateTimeOffset changed = TimeProvider.System.GetUtcNow();
        FairStopwatch watch = new(node.Process.Id);
        change();
        JsonNode after = before;
        await Eventually.UntilAsync(
            async () =>
            {
                after = (await node.StatusAsync())["configuration"]!;
                return (string?)after["hash"] != (string?)before["hash"];
            },
            () => $"the change is in force. The node printed:\n{node.Process.Output}");
        TimeSpan withheld = watch.Elapsed - watch.Granted;
        Assert.InRange((DateTimeOffset)after["appliedAt"]! - changed, TimeSpan.Zero, Seen + withheld);
    }

    private TestCertificate Publish(MountedVolume volume, TestAuthority servers)
    {
        TestCertificate identity = servers.Issue(TestSubject.Server());
        (string certificate, string key) = identity.WriteTo(_setup.Directory.Path, "renewed");
        volume.Publish(("node.json", _setup.ToString()), ("server.crt", File.ReadAllText(certificate)), ("server.key", File.ReadAllText(key)));
        return identity;
    }
}
