using System.Net;
using KestrelL4.Server.Configuration;
using KestrelL4.Server.Listeners;
using KestrelL4.Testing.Servers;
using KestrelL4.Upstreams;

namespace KestrelL4.Server.Tests.YarpBinding;

/// <summary>Whatever comes at once, what holds in the end is what probes and dials told.</summary>
public sealed class ConsistencyTests
{
    private static readonly HealthCheckConfiguration Probed = new()
    {
        Active = CheckedScene.TcpProbe with { Interval = TimeSpan.FromMilliseconds(100), Rise = 1, Fall = 1 },
        Passive = new PassiveCheckConfiguration { Failures = 1, Quarantine = TimeSpan.FromMilliseconds(100), MaxQuarantine = TimeSpan.FromMilliseconds(200) },
    };

    [Fact]
    public async Task Probes_WithDialsReactivationsAndReloadsAtOnce_HoldInTheEnd()
    {
        await using CheckedScene scene = new();
        using RefusingPort refusing = new();
        await using EchoServer echo = new();
        ServedApplication served = scene.Serve("echo", Probed, refusing.EndPoint, echo.EndPoint);
        using CancellationTokenSource ended = new();

        Task passing = RepeatAsync(() => scene.Time.Advance(TimeSpan.FromMilliseconds(20)), ended.Token);
        Task reloading = RepeatAsync(() => scene.Change(served, Probed, refusing.EndPoint, echo.EndPoint), ended.Token);
        Task swapping = RepeatAsync(
            () =>
            {
                scene.Change(served, Probed with { Active = null }, echo.EndPoint, refusing.EndPoint);
                scene.Change(served, Probed, echo.EndPoint);
            },
            ended.Token);
        for (int count = 0; count < 100; count++)
        {
            _ = await CheckedScene.ConnectAsync(served);
        }

        await ended.CancelAsync();
        await Task.WhenAll(passing, reloading, swapping);

        scene.Change(served, Probed, refusing.EndPoint, echo.EndPoint, new IPEndPoint(IPAddress.Loopback, refusing.EndPoint.Port));
        await scene.PassUntilAsync(
            () => served.Application.Upstreams.Select(static upstream => upstream.Health)
                .SequenceEqual([UpstreamHealth.Down, UpstreamHealth.Healthy, UpstreamHealth.Down]),
            "each upstream is what its probes tell");
        scene.Change(served, new HealthCheckConfiguration { Passive = Probed.Passive }, refusing.EndPoint, echo.EndPoint);
        await scene.PassUntilAsync(
            () => served.Application.Upstreams.All(static upstream => upstream.Health == UpstreamHealth.Healthy), "each quarantine has expired");
    }

    // With a pause, for what probes and dials wait for runs on the same threads.
    private static Task RepeatAsync(Action action, CancellationToken ended) => Task.Run(
        async () =>
        {
            while (!ended.IsCancellationRequested)
            {
                action();
                await Task.Delay(1, CancellationToken.None);
            }
        },
        CancellationToken.None);
}
