using System.Text.Json.Nodes;

namespace KestrelL4.FunctionalTests.Reload;

/// <summary>A hundred reloads in ten seconds, each with another content and a signal, under load: nobody else notices and nothing piles up.</summary>
public sealed class ReloadStormTests(ReloadFixture fixture) : ReloadTestBase(fixture), IClassFixture<ReloadFixture>
{
    private const int Reloads = 100;
    private const double MoreMemory = 64 * 1024 * 1024;
    private const int MoreDescriptors = 10;

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    private readonly ReloadFixture _fixture = fixture;

    [Fact]
    public async Task Reloads_HundredInTenSecondsUnderLoad_LoseNothingAndPileUpNothing()
    {
        await using TlsClient held = await Node.HoldAsync(_fixture.Alice);
        await using HandshakeHammer load = new(() => TlsClient.ConnectAsync(Node.EndPoint("echo"), _fixture.Alice), clients: 2);
        await StormAsync(10);
        (double memory, double descriptors) = await HeldAsync();
        MetricWatch rejected = await Node.WatchAsync("kestrell4_configuration_reloads_total", ("result", "rejected"));
        MetricWatch applied = await Node.WatchAsync("kestrell4_configuration_reloads_total", ("result", "applied"));
        FairStopwatch watch = new(Node.Process.Id);

        await StormAsync(Reloads);

        // Those that come while another waits are done together with it.
        await Eventually.UntilAsync(async () => await applied.RiseAsync() >= Reloads * 0.5, "the reloads are applied");
        Assert.InRange(watch.Elapsed.TotalSeconds, 5, double.MaxValue);
        Assert.InRange(watch.Granted.TotalSeconds, 0, 30);
        await rejected.RoseByAsync(0);

        // However many were served together, what was written last is what holds.
        await Eventually.UntilAsync(
            async () => (await Node.StatusAsync())["components"] is { } now && now["application:last"] is not null && now["application:passing"] is null,
            "the last change is in force");
        await load.StopAsync();
        Assert.Empty(load.Failures);
        Assert.True(load.Served > Reloads, $"only {load.Served} connections were served meanwhile");
        await GoesOnAsync(held);
        await Eventually.UntilAsync(
            async () => (await HeldAsync()) is var now && now.Memory < memory + MoreMemory && now.Descriptors < descriptors + MoreDescriptors,
            $"the node holds about {memory:N0} bytes and {descriptors} descriptors again");
    }

    private async Task StormAsync(int reloads)
    {
        using PeriodicTimer timer = new(Interval);
        for (int count = 0; count < reloads; count++)
        {
            // An application, a client with its grant, and an address that comes and goes.
            if (count % 2 == 0)
            {
                _fixture.Setup.Application("passing", _fixture.Upstream.EndPoint).Set("Clients:passing:SerialNumbers", new JsonArray("main:5AFE"));
            }
            else
            {
                _fixture.Setup.Set("Applications:passing", null).Set("Clients:passing", null);
            }

            if (count == Reloads - 1)
            {
                _fixture.Setup.Application("last", _fixture.Upstream.EndPoint);
            }

            _fixture.Setup.Set("Applications:echo:Timeouts:Handshake", $"{10 + (count % 7)}s").Write();
            Node.Process.HangUp();
            await timer.WaitForNextTickAsync();
        }
    }

    private async Task<(double Memory, double Descriptors)> HeldAsync()
    {
        MetricSamples samples = await Node.MetricsAsync();
        return (samples.Sum("process_resident_memory_bytes"), samples.Sum("process_open_fds"));
    }
}
