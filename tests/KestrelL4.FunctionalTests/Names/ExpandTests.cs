using KestrelL4.FunctionalTests.Reload;

namespace KestrelL4.FunctionalTests.Names;

/// <summary><c>Expand</c>: every address of a name is an upstream, and follows the name.</summary>
public sealed class ExpandTests(NamesFixture fixture) : ReloadTestBase(fixture), IClassFixture<NamesFixture>
{
    private readonly NamesFixture _fixture = fixture;

    [Fact]
    public async Task Name_ChangesItsAddresses_UpstreamsFollowAndConnectionsStay()
    {
        const string Host = "moving.test";
        EchoServer[] servers = NamesFixture.ServersAt("127.0.2.1", "127.0.2.2", "127.0.2.3");
        _fixture.Names.Answer(Host, "127.0.2.1", "127.0.2.2");
        await _fixture.ApplyAsync("moving", Host, servers[0].EndPoint.Port, expand: true);
        await _fixture.UntilUpstreamsAsync("moving", "db[127.0.2.1] available", "db[127.0.2.2] available");
        await using HeldClients held = await HeldClients.OpenAsync(Node, _fixture.Alice, "moving", 4);
        Assert.Equal([2, 2, 0], servers.Select(static server => server.Open));

        _fixture.Names.Answer(Host, "127.0.2.2", "127.0.2.3");

        await _fixture.UntilUpstreamsAsync("moving", "db[127.0.2.2] available", "db[127.0.2.3] available", "db[127.0.2.1] draining");
        Assert.Equal(2, await _fixture.ConnectionsAtAsync("moving", "db[127.0.2.2]"));
        Assert.Equal(2, await _fixture.ConnectionsAtAsync("moving", "db[127.0.2.1]"));
        await using HeldClients young = await HeldClients.OpenAsync(Node, _fixture.Alice, "moving", 2);
        Assert.Equal([2, 2, 2], servers.Select(static server => server.Open));
        await held.AllGoOnAsync();
        await DisposeAllAsync(servers);
    }

    [Fact]
    public async Task NameServer_FailsAndFallsSilent_LastAnswerStaysAndItIsToldOnce()
    {
        const string Host = "lasting.test";
        EchoServer[] servers = NamesFixture.ServersAt("127.0.2.4");
        _fixture.Names.Answer(Host, "127.0.2.4");
        await _fixture.ApplyAsync("lasting", Host, servers[0].EndPoint.Port, expand: true);

        _fixture.Names.Fail(Host);
        string? reason = await _fixture.UntilComponentAsync("application:lasting", "degraded");
        Assert.Equal("db: lasting.test: no name server answers, or it fails; its last 1 addresses stay in use", reason);
        _fixture.Names.FallSilent(Host);
        int asked = _fixture.Names.Questions(Host);
        await Eventually.UntilAsync(() => _fixture.Names.Questions(Host) >= asked + 4, "the node asks again and again", TimeSpan.FromSeconds(30));
        await using (TlsClient client = await Node.HoldAsync(_fixture.Alice, "lasting"))
        {
            await GoesOnAsync(client);
        }

        Assert.Single(Node.Process.Lines, static line => line.Contains("NameDiscovery", StringComparison.Ordinal) && line.Contains("lasting.test: no name server", StringComparison.Ordinal));
        _fixture.Names.Answer(Host, "127.0.2.4");
        await _fixture.UntilComponentAsync("application:lasting", "healthy");
        await DisposeAllAsync(servers);
    }

    [Fact]
    public async Task Name_IsUnknown_NeitherReloadNorOtherUpstreamsWait()
    {
        const string Host = "later.test";
        EchoServer[] servers = NamesFixture.ServersAt("127.0.2.5");
        _fixture.Names.FallSilent(Host);
        await _fixture.ApplyAsync(setup =>
        {
            setup.Application("mixed", _fixture.Upstream.EndPoint);
            setup.Set("Applications:mixed:Upstreams:db:Address", $"{Host}:{servers[0].EndPoint.Port}");
            setup.Set("Applications:mixed:Upstreams:db:Expand", true);
        });
        await _fixture.ApplyAsync("alone", Host, servers[0].EndPoint.Port, expand: true);
        await _fixture.UntilUpstreamsAsync("mixed", "u1 available");
        await _fixture.UntilComponentAsync("application:mixed", "degraded");
        Assert.StartsWith("it has no upstream; db: later.test: ", await _fixture.UntilComponentAsync("application:alone", "unhealthy"), StringComparison.Ordinal);
        await using TlsClient served = await Node.HoldAsync(_fixture.Alice, "mixed");
        await Node.RefusesAsync(_fixture.Alice, "alone");

        _fixture.Names.Answer(Host, "127.0.2.5");

        await _fixture.UntilComponentAsync("application:alone", "healthy");
        await using TlsClient young = await Node.HoldAsync(_fixture.Alice, "alone");
        await _fixture.UntilUpstreamsAsync("mixed", "db[127.0.2.5] available", "u1 available");
        await DisposeAllAsync(servers);
    }

    [Fact]
    public async Task Drain_ConfiguredName_TakesAddressesThatComeLater()
    {
        const string Host = "drained.test";
        EchoServer[] servers = NamesFixture.ServersAt("127.0.2.6", "127.0.2.7");
        _fixture.Names.Answer(Host, "127.0.2.6");
        await _fixture.ApplyAsync("drained", Host, servers[0].EndPoint.Port, expand: true);
        await _fixture.UntilUpstreamsAsync("drained", "db[127.0.2.6] available");

        await _fixture.Socket.DrainAsync("drained/db");
        await _fixture.UntilUpstreamsAsync("drained", "db[127.0.2.6] draining");
        _fixture.Names.Answer(Host, "127.0.2.6", "127.0.2.7");
        await _fixture.UntilUpstreamsAsync("drained", "db[127.0.2.6] draining", "db[127.0.2.7] draining");
        await Node.RefusesAsync(_fixture.Alice, "drained");

        await _fixture.Socket.UndrainAsync("drained/db[127.0.2.7]");
        await using TlsClient client = await Node.HoldAsync(_fixture.Alice, "drained");
        Assert.Equal((0, 1), (servers[0].Open, servers[1].Open));
        await _fixture.Socket.UndrainAsync("drained/db");
        await _fixture.UntilUpstreamsAsync("drained", "db[127.0.2.6] available", "db[127.0.2.7] available");
        await DisposeAllAsync(servers);
    }

    private static async Task DisposeAllAsync(EchoServer[] servers)
    {
        foreach (EchoServer server in servers)
        {
            await server.DisposeAsync();
        }
    }
}
