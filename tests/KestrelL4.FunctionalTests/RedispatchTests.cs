using System.Security.Cryptography;

namespace KestrelL4.FunctionalTests;

/// <summary>
/// When a dial fails, the next best untried upstream is dialled and no client byte is lost; only when all have failed does
/// the client see it.
/// </summary>
public sealed class RedispatchTests(RedispatchFixture fixture) : IClassFixture<RedispatchFixture>
{
    [Fact]
    public Task Dial_OneUpstreamRefuses_ServesOnTheNext() => ServesAsync("refusing", "refused", connections: 10);

    [Fact]
    public Task Dial_OneUpstreamIsSilent_ServesOnTheNextAfterTheTimeout() => ServesAsync("silent", "timeout", connections: 2);

    [Fact]
    public Task Dial_OnlyTheBackupWorks_ServesOnTheBackup() => ServesAsync("backed-up", "refused", connections: 3);

    [Fact]
    public async Task Dial_EveryUpstreamRefuses_IsUpstreamConnectFailed()
    {
        MetricWatch refused = await fixture.Node.WatchAsync(
            "kestrell4_upstream_connections_total", ("application", "dead"), ("upstream", "u1"), ("result", "refused"));
        MetricWatch reasons = await fixture.Node.WatchReasonAsync("upstream_connect_failed");

        await fixture.Node.RefusesAsync(fixture.Alice, "dead");

        await reasons.RoseByAsync(1);
        await refused.RoseByAsync(1);
        Assert.Equal(0, (await fixture.Node.MetricsAsync()).Sum("kestrell4_upstream_connections_active", ("application", "dead")));
    }

    private async Task ServesAsync(string application, string result, int connections)
    {
        MetricWatch failed = await fixture.Node.WatchAsync(
            "kestrell4_upstream_connections_total", ("application", application), ("upstream", "u1"), ("result", result));
        MetricWatch connected = await fixture.Node.WatchAsync(
            "kestrell4_upstream_connections_total", ("application", application), ("upstream", "u2"), ("result", "connected"));
        MetricWatch completed = await fixture.Node.WatchAsync(
            "kestrell4_connections_total", ("application", application), ("reason", "completed"));

        for (int count = 0; count < connections; count++)
        {
            byte[] payload = RandomNumberGenerator.GetBytes(100_000);
            await using TlsClient client = await fixture.Node.ConnectAsync(fixture.Alice, application);
            Assert.Equal(payload, await client.EchoAsync(payload));
            await client.CompleteSendingAsync();
            Assert.Equal(TlsEnd.CloseNotifyThenFin, await client.ObserveEndAsync());
        }

        await connected.RoseByAsync(connections);
        await completed.RoseByAsync(connections);
        Assert.InRange(await failed.RiseAsync(), 1, connections);
    }
}
