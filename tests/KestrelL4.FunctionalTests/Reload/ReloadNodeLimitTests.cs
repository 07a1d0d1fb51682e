namespace KestrelL4.FunctionalTests.Reload;

/// <summary>A changed limit of the whole node counts the open connections of all applications.</summary>
public sealed class ReloadNodeLimitTests : IAsyncLifetime
{
    private const string Limit = "RateLimit:MaxConcurrentConnections";

    private readonly EchoServer _upstream = new();
    private readonly NodeSetup _setup = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _upstream.DisposeAsync();

    [Fact]
    public async Task Node_Changed_CountsTheOpenConnections()
    {
        _setup.Application("echo", _upstream.EndPoint).Application("other", _upstream.EndPoint);
        TestCertificate alice = _setup.Client("alice", "*");
        await using TestNode node = await _setup.StartAsync();
        await using HeldClients held = await HeldClients.OpenAsync(node, alice, "echo", 2);
        await using HeldClients others = await HeldClients.OpenAsync(node, alice, "other", 2);
        MetricWatch limited = await node.WatchAsync("kestrell4_rate_limited_total", ("scope", "node"));

        await ApplyAsync(node, 4);
        await node.RefusesAsync(alice);
        await ApplyAsync(node, 5);
        await using (TlsClient fifth = await node.HoldAsync(alice, "other"))
        {
            await node.RefusesAsync(alice);
            await ApplyAsync(node, 1);
            Assert.Equal([8], await fifth.EchoAsync([8]));
        }

        await node.RefusesAsync(alice);
        await limited.RoseByAsync(3);
        await held.AllGoOnAsync();
        await others.AllGoOnAsync();
    }

    private async Task ApplyAsync(TestNode node, int limit)
    {
        string before = await HashAsync(node);
        _setup.Set(Limit, limit).Write();
        node.Process.HangUp();
        await Eventually.UntilAsync(async () => await HashAsync(node) != before, $"the limit of {limit} is in force");
    }

    private static async Task<string> HashAsync(TestNode node) => (string)(await node.StatusAsync())["configuration"]!["hash"]!;
}
