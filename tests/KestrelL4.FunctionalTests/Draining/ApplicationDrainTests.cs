using KestrelL4.FunctionalTests.Reload;

namespace KestrelL4.FunctionalTests.Draining;

/// <summary>An operator takes one application out of service and back; nobody notices at the others.</summary>
public sealed class ApplicationDrainTests(DrainFixture fixture) : ReloadTestBase(fixture), IClassFixture<DrainFixture>
{
    private readonly DrainFixture _fixture = fixture;

    [Fact]
    public async Task Drain_OpenConnections_MayEndAndAreThenCut()
    {
        await using RecordingServer recording = new();
        await _fixture.ApplyAsync(setup => setup.Application("cut", recording.EndPoint));
        MetricWatch completed = await Node.WatchAsync("kestrell4_connections_total", ("application", "cut"), ("reason", "completed"));
        MetricWatch drained = await Node.WatchAsync("kestrell4_connections_total", ("application", "cut"), ("reason", "drained"));
        await using TlsClient ending = await Node.ConnectAsync(_fixture.Alice, "cut");
        await using TlsClient staying = await Node.ConnectAsync(_fixture.Alice, "cut");
        await Task.WhenAll(ending.SendAsync("e"u8.ToArray()), staying.SendAsync("s"u8.ToArray()));
        await Eventually.UntilAsync(() => recording.Connections.Count(each => each.Bytes.Length == 1) == 2, "both have arrived");

        await _fixture.Socket.DrainAsync("cut");

        await _fixture.UntilClosedAsync("cut");
        await staying.SendAsync("s"u8.ToArray());
        await ending.CompleteSendingAsync();
        Assert.Equal(TlsEnd.CloseNotifyThenFin, await ending.ObserveEndAsync());
        Assert.Equal(TlsEnd.Reset, await staying.ObserveEndAsync());
        await completed.RoseByAsync(1);
        await drained.RoseByAsync(1);
        await Eventually.UntilAsync(
            () => recording.Connections.Any(each => each is { End: PeerEnd.Reset, Bytes: [(byte)'s', (byte)'s'] }), "the upstream has seen a reset");
        await Port.RefusesAsync(Node.EndPoint("cut"));
    }

    [Fact]
    public async Task Undrain_BeforeTheTimeout_SavesConnectionsAndOpensTheSamePort()
    {
        await _fixture.ApplyAsync(setup => setup.Application("saved", _fixture.Upstream.EndPoint));
        await using TlsClient saved = await Node.HoldAsync(_fixture.Alice, "saved");

        await _fixture.Socket.DrainAsync("SAVED");
        await _fixture.UntilClosedAsync("saved");
        await _fixture.Socket.UndrainAsync("Saved");

        await using TlsClient young = await Node.HoldAsync(_fixture.Alice, "saved");
        await _fixture.OutlastEarlierDrainsAsync();
        await GoesOnAsync(saved);
        await GoesOnAsync(young);
        Assert.Equal("healthy", (string?)(await _fixture.StatusOfAsync("saved"))!["status"]);
        Assert.Equal(2, (int)(await _fixture.StatusOfAsync("saved"))!["connections"]!);
    }

    [Fact]
    public async Task Drain_Reloads_StaysAndIsTold()
    {
        await _fixture.ApplyAsync(setup => setup.Application("stays", _fixture.Upstream.EndPoint));
        await _fixture.Socket.DrainAsync("stays");
        await _fixture.UntilComponentAsync("application:stays", "draining");

        await _fixture.ApplyAsync("Applications:stays:Timeouts:Idle", "1m");

        await Port.RefusesAsync(Node.EndPoint("stays"));
        Assert.Equal("draining", (string?)(await _fixture.StatusOfAsync("stays"))!["status"]);
        Assert.Equal("degraded", (string?)(await Node.StatusAsync())["status"]);
        await _fixture.Socket.UndrainAsync("stays");
        await _fixture.UntilComponentAsync("application:stays", "healthy");
        Assert.Equal("healthy", (string?)(await Node.StatusAsync())["status"]);
        await using TlsClient client = await Node.HoldAsync(_fixture.Alice, "stays");
    }

    [Fact]
    public async Task Undrain_PortTakenMeanwhile_IsRefusedAndTheDrainGoesOn()
    {
        await _fixture.ApplyAsync(setup => setup.Application("taken", _fixture.Upstream.EndPoint));
        await using TlsClient client = await Node.HoldAsync(_fixture.Alice, "taken");
        await _fixture.Socket.DrainAsync("taken");
        await _fixture.UntilClosedAsync("taken");

        using (Squatter squatter = new(Node.EndPoint("taken")))
        {
            string refusal = await _fixture.Socket.RefusesUndrainAsync("taken");
            Assert.Contains(Node.EndPoint("taken").ToString(), refusal, StringComparison.Ordinal);
            Assert.Contains("KestrelL4:Applications:taken:Listen", refusal, StringComparison.Ordinal);
        }

        Assert.Equal(TlsEnd.Reset, await client.ObserveEndAsync());
        await _fixture.Socket.UndrainAsync("taken");
        await using TlsClient young = await Node.HoldAsync(_fixture.Alice, "taken");
    }

    [Fact]
    public async Task Drain_RemovedAndGivenBackMeanwhile_IsInService()
    {
        await _fixture.ApplyAsync(setup => setup.Application("back", _fixture.Upstream.EndPoint));
        await using TlsClient client = await Node.HoldAsync(_fixture.Alice, "back");
        await _fixture.Socket.DrainAsync("back");
        await _fixture.UntilClosedAsync("back");
        await _fixture.ApplyAsync("Applications:back", null);

        await _fixture.ApplyAsync(setup => setup.Application("back", _fixture.Upstream.EndPoint));

        await _fixture.UntilComponentAsync("application:back", "healthy");
        await using TlsClient young = await Node.HoldAsync(_fixture.Alice, "back");
        await _fixture.OutlastEarlierDrainsAsync();
        await GoesOnAsync(client);
        await GoesOnAsync(young);
    }
}
