using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;

namespace KestrelL4.FunctionalTests.Reload;

/// <summary>Applications come, go and move while the node runs.</summary>
public sealed class ReloadApplicationTests(ReloadFixture fixture) : ReloadTestBase(fixture), IClassFixture<ReloadFixture>
{
    private readonly ReloadFixture _fixture = fixture;

    [Fact]
    public async Task Application_Added_ServesAndIsTold()
    {
        await using TlsClient before = await Node.HoldAsync(_fixture.Alice);

        await _fixture.ApplyAsync(setup => setup.Application("added", _fixture.Upstream.EndPoint));

        await using TlsClient client = await Node.HoldAsync(_fixture.Alice, "added");
        Assert.Equal("healthy", (string?)(await _fixture.StatusOfAsync("added"))!["status"]);
        await GoesOnAsync(before);
    }

    [Fact]
    public async Task Application_Removed_ClosesItsPortAtOnceAndDrains()
    {
        await _fixture.ApplyAsync(setup => setup.Application("leaving", _fixture.Upstream.EndPoint).Set("Drain:Timeout", "1s"));
        IPEndPoint endPoint = Node.EndPoint("leaving");
        await using TlsClient ending = await Node.HoldAsync(_fixture.Alice, "leaving");
        await using TlsClient staying = await Node.HoldAsync(_fixture.Alice, "leaving");
        MetricWatch drained = await Node.WatchReasonAsync("drained");
        MetricWatch completed = await Node.WatchAsync("kestrell4_connections_total", ("application", "leaving"), ("reason", "completed"));

        await _fixture.ApplyAsync("Applications:leaving", null);

        await RefusesConnectionsAsync(endPoint);
        await GoesOnAsync(staying);
        await GoesOnAsync(ending);
        await ending.CompleteSendingAsync();
        Assert.Equal(TlsEnd.CloseNotifyThenFin, await ending.ObserveEndAsync());
        Assert.Equal(TlsEnd.Reset, await staying.ObserveEndAsync());
        await drained.RoseByAsync(1);
        await completed.RoseByAsync(1);
        await Eventually.UntilAsync(async () => await _fixture.StatusOfAsync("leaving") is null, "the application is forgotten");
    }

    [Fact]
    public async Task Application_RemovedWithItsGrants_DrainsUnlessTheClientItselfIsWithdrawn()
    {
        TestCertificate bob = _fixture.Client("bob", "withdrawn", "steady");
        TestCertificate carol = _fixture.Client("carol", "withdrawn", "steady");
        await _fixture.ApplyAsync(setup => setup.Application("withdrawn", _fixture.Upstream.EndPoint).Set("Drain:Timeout", "1h"));
        await using TlsClient kept = await Node.HoldAsync(bob, "withdrawn");
        await using TlsClient lost = await Node.HoldAsync(carol, "withdrawn");

        await _fixture.ApplyAsync(static setup => setup.Set("Applications:withdrawn", null)
            .Set("Clients:bob:Applications", new JsonArray("steady")).Set("Clients:carol:Applications", new JsonArray("steady")));
        await GoesOnAsync(kept);
        await GoesOnAsync(lost);
        await _fixture.ApplyAsync("Clients:carol:Disabled", true);

        Assert.Equal(TlsEnd.Reset, await lost.ObserveEndAsync());
        await GoesOnAsync(kept);
    }

    [Fact]
    public async Task Application_RemovedAndGivenBackWhileItDrains_KeepsItsConnections()
    {
        await _fixture.ApplyAsync(setup => setup.Application("returning", _fixture.Upstream.EndPoint)
            .Set("Applications:returning:RateLimit:MaxConcurrentConnections", 2).Set("Drain:Timeout", "1s"));
        await using TlsClient before = await Node.HoldAsync(_fixture.Alice, "returning");
        await _fixture.ApplyAsync("Applications:returning", null);

        await _fixture.ApplyAsync(setup => setup.Application("returning", _fixture.Upstream.EndPoint)
            .Set("Applications:returning:RateLimit:MaxConcurrentConnections", 2));

        // Another application's drain, begun later, ends after the one that was called off would have.
        await _fixture.ApplyAsync(setup => setup.Application("later", _fixture.Upstream.EndPoint));
        await using TlsClient later = await Node.HoldAsync(_fixture.Alice, "later");
        await _fixture.ApplyAsync("Applications:later", null);
        Assert.Equal(TlsEnd.Reset, await later.ObserveEndAsync());
        await GoesOnAsync(before);
        await using TlsClient second = await Node.HoldAsync(_fixture.Alice, "returning");
        await Node.RefusesAsync(_fixture.Alice, "returning");
    }

    [Fact]
    public async Task Application_ReplacedAtItsAddressByAnother_DrainsWhileTheOtherServes()
    {
        IPEndPoint endPoint = FreePort.Take();
        await _fixture.ApplyAsync(setup => setup.Application("former", _fixture.Upstream.EndPoint)
            .Set("Applications:former:Listen", endPoint.ToString()).Set("Drain:Timeout", "1s"));
        await using ConnectHammer hammer = new(endPoint);
        await using TlsClient before = await Node.HoldAsync(_fixture.Alice, "former");

        await _fixture.ApplyAsync(setup => setup.Set("Applications:former", null).Application("latter", _fixture.Upstream.EndPoint)
            .Set("Applications:latter:Listen", endPoint.ToString()));

        await using TlsClient after = await Node.HoldAsync(_fixture.Alice, "latter");
        await GoesOnAsync(before);
        Assert.Equal(TlsEnd.Reset, await before.ObserveEndAsync());
        await GoesOnAsync(after);
        Assert.Empty(hammer.Failures);
    }

    [Fact]
    public async Task Listen_Changed_MovesThePortAndKeepsConnections()
    {
        await _fixture.ApplyAsync(setup => setup.Application("moving", _fixture.Upstream.EndPoint));
        IPEndPoint former = Node.EndPoint("moving");
        await using TlsClient before = await Node.HoldAsync(_fixture.Alice, "moving");
        IPEndPoint wanted = FreePort.Take();

        await _fixture.ApplyAsync("Applications:moving:Listen", wanted.ToString());

        Assert.Equal(wanted, Node.EndPoint("moving"));
        await RefusesConnectionsAsync(former);
        await using TlsClient after = await Node.HoldAsync(_fixture.Alice, "moving");
        await GoesOnAsync(before);
        Assert.Equal(2, (int)(await _fixture.StatusOfAsync("moving"))!["connections"]!);
    }

    [Fact]
    public async Task Listen_PortZero_IsKeptWhileItsTextIs()
    {
        await _fixture.ApplyAsync(setup => setup.Application("any", _fixture.Upstream.EndPoint));
        IPEndPoint first = Node.EndPoint("any");

        await _fixture.ApplyAsync("Applications:any:Timeouts:Handshake", "9s");
        Assert.Equal(first, Node.EndPoint("any"));
        await _fixture.ApplyAsync("Applications:any:Listen", "127.0.0.8:0");

        Assert.Equal(IPAddress.Parse("127.0.0.8"), Node.EndPoint("any").Address);
        await RefusesConnectionsAsync(first);
        await using TlsClient client = await Node.HoldAsync(_fixture.Alice, "any");
    }

    private static async Task RefusesConnectionsAsync(IPEndPoint endPoint)
    {
        SocketException exception = await Assert.ThrowsAsync<SocketException>(() => SocketExtensions.ConnectAsync(endPoint));
        Assert.Equal(SocketError.ConnectionRefused, exception.SocketErrorCode);
    }
}
