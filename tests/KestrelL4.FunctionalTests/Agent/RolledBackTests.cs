namespace KestrelL4.FunctionalTests.Agent;

/// <summary>An authority that was restored from a backup changes nothing at its nodes until somebody says that it is meant.</summary>
public sealed class RolledBackTests : IAsyncLifetime
{
    private static readonly string[] State = ["registry.json", "audit.log"];

    private AuthorityScene _scene = null!;

    public async Task InitializeAsync() => _scene = await AuthorityScene.StartAsync();

    public async Task DisposeAsync() => await _scene.DisposeAsync();

    [Fact]
    public async Task Backup_Restored_IsRefusedUntilANewEpochIsBegun()
    {
        await using WorkingNode working = await _scene.StartNodeAsync("edge-1");
        TestNode node = working.Node;
        Array.ForEach(State, name => File.Copy(_scene.Authority[$"ca/{name}"], _scene.Authority[name]));
        TestCertificate bob = _scene.NewCertificate("bob");
        await _scene.RegisterAsync("bob", bob);
        await using TlsClient held = await node.HoldEventuallyAsync(bob);

        _scene.Authority.Process.Terminate();
        await _scene.Authority.Process.WaitForExitAsync();
        Array.ForEach(State, name => File.Copy(_scene.Authority[name], _scene.Authority[$"ca/{name}"], overwrite: true));
        await _scene.Authority.RestartAsync();

        await node.UntilAsync("registry", "degraded");
        Assert.StartsWith("rolled back", (string?)(await node.ComponentAsync("registry"))["reason"], StringComparison.Ordinal);
        Assert.Equal([3], await held.EchoAsync([3]));
        await using (TlsClient again = await node.HoldAsync(bob))
        {
            await working.Traffic.AssertUnharmedAsync();
        }

        await _scene.Authority.DoAsync("restore", "--new-epoch");

        Assert.Equal(TlsEnd.Reset, await held.ObserveEndAsync());
        await node.UntilAsync("registry", "healthy");
        Assert.Equal(2, (long)(await node.StatusAsync())["registry"]!["epoch"]!);
        await node.RefusesAsync(bob);
        await working.Traffic.AssertUnharmedAsync();
    }
}
