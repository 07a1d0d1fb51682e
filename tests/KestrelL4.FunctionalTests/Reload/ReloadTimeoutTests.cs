using System.Net.Sockets;

namespace KestrelL4.FunctionalTests.Reload;

/// <summary>A changed time-out holds for the next connection.</summary>
public sealed class ReloadTimeoutTests(ReloadFixture fixture) : ReloadTestBase(fixture), IClassFixture<ReloadFixture>
{
    private readonly ReloadFixture _fixture = fixture;

    [Theory]
    [InlineData("Idle", "idle_timeout")]
    [InlineData("MaxDuration", "max_duration")]
    public async Task Timeout_Changed_HoldsForTheNextConnectionAlone(string timeout, string reason)
    {
        string application = timeout.ToLowerInvariant();
        await _fixture.ApplyAsync(setup => setup.Application(application, _fixture.Upstream.EndPoint));
        await using TlsClient before = await Node.HoldAsync(_fixture.Alice, application);
        MetricWatch ended = await Node.WatchAsync("kestrell4_connections_total", ("application", application), ("reason", reason));

        await _fixture.ApplyAsync($"Applications:{application}:Timeouts:{timeout}", "500ms");
        await using TlsClient after = await Node.HoldAsync(_fixture.Alice, application);

        Assert.Equal(TlsEnd.CloseNotifyThenReset, await after.ObserveEndAsync());
        await ended.RoseByAsync(1);
        await GoesOnAsync(before);
    }

    [Fact]
    public async Task Connect_Changed_HoldsForTheNextDial()
    {
        using var silent = await KestrelL4.Testing.Servers.SilentPort.CreateAsync();
        await _fixture.ApplyAsync(setup => setup.Application("silent", silent.EndPoint).Set("Applications:silent:Timeouts:Connect", "1h"));

        await _fixture.ApplyAsync("Applications:silent:Timeouts:Connect", "200ms");

        MetricWatch failed = await Node.WatchReasonAsync("upstream_connect_failed");
        await Node.RefusesAsync(_fixture.Alice, "silent");
        await failed.RoseByAsync(1);
    }

    [Fact]
    public async Task Handshake_Changed_LosesNoConnectionAndHoldsForTheNextHandshake()
    {
        await _fixture.ApplyAsync(setup => setup.Application("hasty", _fixture.Upstream.EndPoint));
        await using Bystander inUse = new(Node.EndPoint("hasty"), _fixture.Alice);
        await inUse.AssertUnharmedAsync();
        Socket underWay = await SocketExtensions.ConnectAsync(Node.EndPoint("hasty"));
        await using TlsClient held = await Node.HoldAsync(_fixture.Alice, "hasty");

        await _fixture.ApplyAsync("Applications:hasty:Timeouts:Handshake", "1s");

        using (Socket silent = await SocketExtensions.ConnectAsync(Node.EndPoint("hasty")))
        {
            MetricWatch timeouts = await Node.WatchAsync("kestrell4_handshakes_total", ("application", "hasty"), ("cause", "timeout"));
            await timeouts.RoseByAsync(1);
        }

        await using TlsClient slow = await TlsClient.SecureAsync(underWay, _fixture.Alice);
        await GoesOnAsync(slow);
        await GoesOnAsync(held);
        await inUse.AssertUnharmedAsync();
    }
}
