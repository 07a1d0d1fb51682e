using System.Net;
using KestrelL4.FunctionalTests.Reload;

namespace KestrelL4.FunctionalTests.Names;

/// <summary>Upstreams by name: resolved when somebody dials, and served on while name servers are away.</summary>
public sealed class NameResolutionTests(NamesFixture fixture) : ReloadTestBase(fixture), IClassFixture<NamesFixture>
{
    private readonly NamesFixture _fixture = fixture;

    [Fact]
    public async Task Name_ChangesItsAddress_NextConnectionsGoThere()
    {
        const string Host = "failover.test";
        EchoServer[] servers = NamesFixture.ServersAt("127.0.3.1", "127.0.3.2");
        await using EchoServer first = servers[0];
        await using EchoServer second = servers[1];
        _fixture.Names.Answer(Host, "127.0.3.1");
        await _fixture.ApplyAsync("failover", Host, first.EndPoint.Port, expand: false);
        await using TlsClient old = await Node.HoldAsync(_fixture.Alice, "failover");

        _fixture.Names.Answer(Host, "127.0.3.2");
        await Eventually.UntilAsync(
            async () =>
            {
                await using TlsClient client = await Node.HoldAsync(_fixture.Alice, "failover");
                return second.Accepted > 0;
            },
            "the new address is dialled");

        await GoesOnAsync(old);
    }

    [Fact]
    public async Task Name_SomeAddressesAreDead_LiveOneIsFound()
    {
        const string Host = "several.test";
        await using EchoServer live = NamesFixture.ServersAt("127.0.3.5")[0];
        _fixture.Names.Answer(Host, "fd00:dead::1", "127.0.3.3", "127.0.3.4", "127.0.3.5");
        await _fixture.ApplyAsync("several", Host, live.EndPoint.Port, expand: false);

        await using HeldClients held = await HeldClients.OpenAsync(Node, _fixture.Alice, "several", 3);

        await held.AllGoOnAsync();
    }

    [Fact]
    public async Task NameServer_IsSilent_HundredsAreServedAllTheSame()
    {
        const string Host = "dead.test";
        const int Clients = 200;
        await using EchoServer server = NamesFixture.ServersAt("127.0.3.6")[0];
        _fixture.Names.Answer(Host, "127.0.3.6");
        await _fixture.ApplyAsync("dead", Host, server.EndPoint.Port, expand: false);

        // The look-up takes eight seconds to fail: nobody may wait for that.
        await _fixture.ApplyAsync("Applications:dead:Timeouts:Connect", "7s");
        await using (TlsClient first = await Node.HoldAsync(_fixture.Alice, "dead"))
        {
            await GoesOnAsync(first);
        }

        _fixture.Names.FallSilent(Host);
        TlsClient[] clients = await Task.WhenAll(Enumerable.Range(0, Clients).Select(_ => Node.HoldAsync(_fixture.Alice, "dead")));

        foreach (TlsClient client in clients)
        {
            await client.DisposeAsync();
        }
    }

    [Fact]
    public async Task Name_NeverHadAnAddress_HundredsOfDialsStopNobodyElse()
    {
        const string Host = "never.test";
        const int Clients = 200;
        _fixture.Names.FallSilent(Host);
        await _fixture.ApplyAsync("never", Host, 5432, expand: false);
        Task[] refused = [.. Enumerable.Range(0, Clients).Select(_ => Node.RefusesAsync(_fixture.Alice, "never"))];
        await Eventually.UntilAsync(() => _fixture.Names.Questions(Host) > 0, "the name is asked for");

        FairStopwatch watch = new(Node.Process.Id);
        await using HeldClients held = await HeldClients.OpenAsync(Node, _fixture.Alice, "echo", 5);

        Assert.InRange(watch.Granted, TimeSpan.Zero, TimeSpan.FromSeconds(3));
        Assert.Contains(refused, static each => !each.IsCompleted);
        await Task.WhenAll(refused);
    }

    [Fact]
    public async Task Start_NameIsUnresolvable_IsReadyAtOnce()
    {
        await using NameServer names = new();
        names.FallSilent("late.test");
        NodeSetup setup = new NodeSetup().Application("echo", _fixture.Upstream.EndPoint).Application("late");
        setup.Set("Applications:late:Upstreams:one:Address", "late.test:1").Set("Applications:late:Upstreams:one:Expand", true);
        setup.Set("Applications:late:Upstreams:two:Address", "late.test:2");
        TestCertificate alice = setup.Client("alice", "*");
        string resolver = names.WriteTo(setup.Directory);
        FairStopwatch watch = new();

        await using TestNode node = await setup.StartAsync(new NodeLaunch { ResolverFile = resolver });

        // Its look-up alone takes eight seconds to fail.
        watch.Include(node.Process.Id);
        Assert.InRange(watch.Granted, TimeSpan.Zero, TimeSpan.FromSeconds(7));
        await using TlsClient client = await node.HoldAsync(alice);
        Assert.Equal("degraded", (string?)(await node.StatusAsync())["components"]!["application:late"]!["status"]);
        Assert.Equal(HttpStatusCode.OK, (await node.Admin.GetAsync(new Uri("readyz", UriKind.Relative))).StatusCode);
    }
}
