namespace KestrelL4.FunctionalTests.Picking;

/// <summary>With <c>ClientHash</c> a client stays at its upstream: on every node, after every start, and whatever becomes of the others.</summary>
public sealed class ClientHashTests : IAsyncLifetime
{
    private const int Clients = 12;

    private readonly EchoServer[] _servers = [new(), new(), new()];
    private readonly TestAuthority _authority = TestAuthority.CreateRoot("test client authority");
    private readonly TestCertificate[] _clients;

    public ClientHashTests() => _clients = [.. Enumerable.Range(0, Clients).Select(index => _authority.Issue(new TestSubject($"client-{index}")))];

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (EchoServer server in _servers)
        {
            await server.DisposeAsync();
        }
    }

    [Fact]
    public async Task Client_NodeIsStartedAnew_StaysAtItsUpstream()
    {
        int[] first;
        await using (TestNode node = await Setup().StartAsync())
        {
            first = await HomesAsync(node);
            Assert.Equal(first, await HomesAsync(node));
        }

        await using TestNode again = await Setup().StartAsync();
        Assert.Equal(first, await HomesAsync(again));
        Assert.Equal(3, first.Distinct().Count());
    }

    [Fact]
    public async Task Client_AnUpstreamIsAway_MovesOnlyWhenItWasItsOwn()
    {
        NodeSetup setup = Setup();
        await using TestNode node = await setup.StartAsync();
        int[] before = await HomesAsync(node);
        using OperatorSocket socket = new(setup.Directory["state/admin.sock"]);

        await socket.DrainAsync("echo/u2");
        await Eventually.UntilAsync(async () => (string?)(await node.StatusAsync())["applications"]![0]!["upstreams"]![1]!["status"] == "draining", "u2 is drained");
        int[] meanwhile = await HomesAsync(node);
        await socket.UndrainAsync("echo/u2");

        Assert.DoesNotContain(1, meanwhile);
        Assert.All(before.Zip(meanwhile), static home => Assert.True(home.First == 1 || home.First == home.Second));
        Assert.Equal(before, await HomesAsync(node));
    }

    private NodeSetup Setup()
    {
        NodeSetup setup = new(_authority);
        setup.Application("echo", [.. _servers.Select(static server => server.EndPoint)]).Set("Applications:echo:Balancing", "ClientHash");
        foreach ((int index, TestCertificate certificate) in _clients.Index())
        {
            setup.Register($"client-{index}", certificate, "*");
        }

        return setup;
    }

    // Which server each client's connection arrives at.
    private async Task<int[]> HomesAsync(TestNode node)
    {
        List<int> homes = [];
        foreach (TestCertificate client in _clients)
        {
            int[] accepted = [.. _servers.Select(static server => server.Accepted)];
            await using TlsClient held = await node.HoldAsync(client);
            homes.Add(Array.FindIndex(_servers, server => server.Accepted > accepted[Array.IndexOf(_servers, server)]));
        }

        return [.. homes];
    }
}
