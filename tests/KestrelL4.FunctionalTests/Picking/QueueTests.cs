using System.Text.Json.Nodes;
using KestrelL4.FunctionalTests.Reload;

namespace KestrelL4.FunctionalTests.Picking;

/// <summary>A connection that finds every upstream full waits for a place, in order of arrival and no longer than <c>Timeouts:Queue</c>.</summary>
public sealed class QueueTests(ReloadFixture fixture) : ReloadTestBase(fixture), IClassFixture<ReloadFixture>
{
    private static readonly byte[] Hello = "hello"u8.ToArray();

    private readonly ReloadFixture _fixture = fixture;
    private readonly EchoServer _upstream = new();

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await _upstream.DisposeAsync();
    }

    [Fact]
    public async Task Queued_PlacesAreFreed_AreServedInOrderAndLoseNoByte()
    {
        await ApplyAsync("ordered", "1m");
        TlsClient served = await Node.HoldAsync(_fixture.Alice, "ordered");
        List<TlsClient> waiting = [];
        for (int i = 1; i <= 4; i++)
        {
            waiting.Add(await QueueAsync("ordered", i));
            await waiting[^1].SendAsync(Hello);
        }

        Assert.Equal(1, _upstream.Accepted);
        for (int i = 0; i < waiting.Count; i++)
        {
            await served.DisposeAsync();
            served = waiting[i];
            Assert.Equal(Hello, await served.ReceiveAsync(Hello.Length));
            Assert.Equal((i + 2, waiting.Count - i - 1), (_upstream.Accepted, await QueuedAsync("ordered")));
        }

        await served.DisposeAsync();
        await UntilNobodyIsLeftAsync("ordered");
    }

    [Fact]
    public async Task Queued_NoPlaceInTime_IsNoUpstream()
    {
        await ApplyAsync("short", "500ms");
        await using TlsClient held = await Node.HoldAsync(_fixture.Alice, "short");
        MetricWatch refused = await Node.WatchAsync("kestrell4_connections_total", ("application", "short"), ("reason", "no_upstream"));

        await Node.RefusesAsync(_fixture.Alice, "short");

        await refused.RoseByAsync(1);
        Assert.Equal(1, _upstream.Accepted);
        await Eventually.UntilAsync(
            () => Node.Process.Output.Contains("cause=queue_timeout", StringComparison.Ordinal), "the log says that it waited in vain");
        await GoesOnAsync(held);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    public async Task Queued_ClientIsReset_IsClientAbortedWhateverItSentBefore(int bytes)
    {
        string application = $"aborted{bytes}";
        await ApplyAsync(application, "1m");
        await using TlsClient held = await Node.HoldAsync(_fixture.Alice, application);
        MetricWatch aborted = await Node.WatchAsync("kestrell4_connections_total", ("application", application), ("reason", "client_aborted"));
        await using (TlsClient client = await QueueAsync(application, 1))
        {
            await client.SendAsync(Hello.AsMemory(0, bytes));
            client.Reset();
        }

        await aborted.RoseByAsync(1);
        Assert.Equal(0, await QueuedAsync(application));
        Assert.Equal(1, _upstream.Accepted);
        await GoesOnAsync(held);
    }

    [Fact]
    public async Task Queued_ClosedByTheOperator_EndsAtOnce()
    {
        await ApplyAsync("closed", "1m");
        await using TlsClient held = await Node.HoldAsync(_fixture.Alice, "closed");
        await using TlsClient queued = await QueueAsync("closed", 1);
        using OperatorSocket socket = new(_fixture.Setup.Directory["state/admin.sock"]);
        MetricWatch closed = await Node.WatchAsync("kestrell4_connections_total", ("application", "closed"), ("reason", "closed_by_operator"));

        await socket.CloseAsync((await socket.ConnectionsAsync("closed"))[^1]);

        Assert.Equal(TlsEnd.Reset, await queued.ObserveEndAsync());
        await closed.RoseByAsync(1);
        await GoesOnAsync(held);
    }

    [Fact]
    public async Task Queued_ClientIsWithdrawn_IsCutAsRevoked()
    {
        await ApplyAsync("withdrawn", "1m");
        await using TlsClient held = await Node.HoldAsync(_fixture.Alice, "withdrawn");
        TestCertificate bob = _fixture.Client("bob", "*");
        await _fixture.ApplyAsync("Drain:Delay", "1ms");
        await using TlsClient queued = await QueueAsync("withdrawn", 1, bob);
        MetricWatch revoked = await Node.WatchAsync("kestrell4_connections_total", ("application", "withdrawn"), ("reason", "revoked"));

        await _fixture.ApplyAsync("Clients:bob", null);

        Assert.Equal(TlsEnd.Reset, await queued.ObserveEndAsync());
        await revoked.RoseByAsync(1);
        Assert.Equal(1, _upstream.Accepted);
    }

    [Fact]
    public async Task Queued_MoreRoomByAChange_IsServed()
    {
        await ApplyAsync("roomier", "1m");
        await using TlsClient held = await Node.HoldAsync(_fixture.Alice, "roomier");
        await using TlsClient first = await QueueAsync("roomier", 1);
        await using TlsClient second = await QueueAsync("roomier", 2);

        await _fixture.ApplyAsync("Applications:roomier:Upstreams:u1:MaxConnections", 2);
        await GoesOnAsync(first);
        Assert.Equal(1, await QueuedAsync("roomier"));
        await _fixture.ApplyAsync("Applications:roomier:Upstreams:u2:Address", _fixture.Upstream.EndPoint.ToString());

        await GoesOnAsync(second);
        await GoesOnAsync(held);
    }

    [Fact]
    public async Task Queued_TheFullOneIsDrained_IsRefusedAtOnce()
    {
        await ApplyAsync("drained", "1m");
        await using TlsClient held = await Node.HoldAsync(_fixture.Alice, "drained");
        await using TlsClient queued = await QueueAsync("drained", 1);
        using OperatorSocket socket = new(_fixture.Setup.Directory["state/admin.sock"]);

        await socket.DrainAsync("drained/u1");

        Assert.Equal(TlsEnd.CloseNotifyThenFin, await queued.ObserveEndAsync());
        await Node.RefusesAsync(_fixture.Alice, "drained");
    }

    [Fact]
    public async Task Explain_Full_SaysThatItWouldWait()
    {
        await ApplyAsync("explained", "90s");
        await using TlsClient held = await Node.HoldAsync(_fixture.Alice, "explained");
        await using TlsClient queued = await QueueAsync("explained", 1);
        using OperatorSocket socket = new(_fixture.Setup.Directory["state/admin.sock"]);

        JsonNode told = await socket.ExplainAsync("alice", "explained");

        Assert.Equal((true, null), ((bool)told["admitted"]!, (string?)told["upstream"]));
        Assert.Contains("wait in the queue for up to 90s, others there: 1", (string?)told["steps"]!.AsArray()[^1]!["why"], StringComparison.Ordinal);
        Assert.Equal("full", (string?)told["upstreams"]![0]!["status"]);
        Assert.False((bool)told["upstreams"]![0]!["offered"]!);
    }

    private Task ApplyAsync(string application, string queue) => _fixture.ApplyAsync(setup => setup
        .Application(application, _upstream.EndPoint)
        .Set($"Applications:{application}:Upstreams:u1:MaxConnections", 1)
        .Set($"Applications:{application}:Timeouts:Queue", queue));

    private async Task<TlsClient> QueueAsync(string application, int place, TestCertificate? certificate = null)
    {
        TlsClient client = await Node.ConnectAsync(certificate ?? _fixture.Alice, application);
        await Eventually.UntilAsync(async () => await QueuedAsync(application) == place, $"{place} wait at {application}");
        Assert.Equal(place, (int)(await _fixture.StatusOfAsync(application))!["queued"]!);
        return client;
    }

    private async Task<double> QueuedAsync(string application) =>
        (await Node.MetricsAsync()).Sum("kestrell4_connections_queued", ("application", application));

    private Task UntilNobodyIsLeftAsync(string application) => Eventually.UntilAsync(
        async () => await _fixture.ConnectionsAtAsync(application, "u1") == 0, "the upstream's count is 0 again");
}
