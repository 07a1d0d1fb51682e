using System.Diagnostics;
using System.Globalization;

namespace KestrelL4.FunctionalTests.Supervision;

/// <summary>A node tells the service manager that started it when it is ready, reloads and stops, and that it turns.</summary>
public sealed class NotificationTests : IAsyncDisposable
{
    private const string TimeOfReload = "MONOTONIC_USEC=";

    private readonly RevivableServer _upstream = new();
    private readonly NodeSetup _setup = new();

    public NotificationTests() => _setup.Application("echo", _upstream.EndPoint).Client("alice", "echo");

    public ValueTask DisposeAsync() => _upstream.DisposeAsync();

    [Fact]
    public async Task Start_UpstreamIsDown_IsReadyOnceItComesAndAsksForPatienceUntilThen()
    {
        await _upstream.StopAsync();
        _setup.Set("Applications:echo:HealthCheck:Active:Interval", "100ms").Set("Applications:echo:HealthCheck:Active:Fall", 1);
        using NotificationReceiver manager = new(_setup.Directory["notify"]);
        Task<TestNode> starting = _setup.StartAsync(LaunchFor(manager, "1000000"));
        await manager.HearAsync(static line => line.StartsWith("STATUS=unhealthy; application:echo", StringComparison.Ordinal), "it tells what it lacks");
        await manager.HearAsync(static line => line == "EXTEND_TIMEOUT_USEC=1000000", "it asks for patience");
        Assert.DoesNotContain("READY=1", manager.Lines);

        _upstream.Start();

        await using TestNode node = await starting;
        await manager.HearAsync(static line => line == "READY=1", "it is ready");
        int before = manager.Lines.Count;
        await Eventually.UntilAsync(
            () => manager.Lines.Skip(before).Count(static line => line == "WATCHDOG=1") >= 2, "it tells that it turns");
        Assert.DoesNotContain(manager.Lines.Skip(before), static line => line.StartsWith("EXTEND", StringComparison.Ordinal));
    }

    [Fact]
    public async Task ReloadAndStop_NamedSocket_AreToldInOrder()
    {
        using NotificationReceiver manager = new($"@kestrell4-{Guid.NewGuid()}");
        await using TestNode node = await _setup.StartAsync(LaunchFor(manager, watchdog: ""));
        await manager.HearAsync(static line => line == "READY=1", "it is ready");
        int ready = manager.Lines.Count;
        long asked = Stopwatch.GetTimestamp();

        node.Process.HangUp();

        string told = await manager.HearAsync(static line => line.StartsWith(TimeOfReload, StringComparison.Ordinal), "it reloads");
        long answered = Stopwatch.GetTimestamp();
        Assert.InRange(
            long.Parse(told[TimeOfReload.Length..], CultureInfo.InvariantCulture), MicrosecondsOf(asked), MicrosecondsOf(answered));
        await Eventually.UntilAsync(() => manager.Lines.Skip(ready).Contains("READY=1"), "it is ready again");
        Assert.Equal("RELOADING=1", manager.Lines[ready]);
        node.Process.Terminate();
        Assert.Equal(0, await node.Process.WaitForExitAsync());
        Assert.Contains("STOPPING=1", manager.Lines);
        Assert.DoesNotContain("READY=1", manager.Lines.SkipWhile(static line => line != "STOPPING=1"));
    }

    private static long MicrosecondsOf(long timestamp) => timestamp / (Stopwatch.Frequency / 1_000_000);

    private static NodeLaunch LaunchFor(NotificationReceiver manager, string watchdog) => new()
    {
        Environment = new Dictionary<string, string> { ["NOTIFY_SOCKET"] = manager.Address, ["WATCHDOG_USEC"] = watchdog },
    };
}
