using KestrelL4.Server.Health;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace KestrelL4.Server.Tests.Health;

public sealed class NodeHealthTests
{
    private readonly StoppedClock _clock = new();
    private readonly NodeHealth _health;

    public NodeHealthTests() => _health = new NodeHealth(_clock, NullLogger<NodeHealth>.Instance);

    [Fact]
    public void Status_BeforeTheStartIsComplete_IsStarting()
    {
        AllHealthy("a");

        Assert.Equal(ComponentStatus.Starting, _health.Status);
    }

    [Fact]
    public void Status_ComponentHasNotReported_IsStarting()
    {
        _health.Identity.Healthy();
        _health.CompleteStart();

        Assert.Equal(ComponentStatus.Starting, _health.Status);
    }

    [Theory]
    [InlineData("healthy", "healthy", nameof(ComponentStatus.Healthy))]
    [InlineData("degraded", "healthy", nameof(ComponentStatus.Degraded))]
    [InlineData("unhealthy", "healthy", nameof(ComponentStatus.Degraded))]
    [InlineData("unhealthy", "degraded", nameof(ComponentStatus.Degraded))]
    [InlineData("unhealthy", "unhealthy", nameof(ComponentStatus.Unhealthy))]
    [InlineData("starting", "healthy", nameof(ComponentStatus.Degraded))]
    [InlineData("starting", "unhealthy", nameof(ComponentStatus.Starting))]
    public void Status_OfTwoApplications_FollowsTheTable(string a, string b, string expected)
    {
        AllHealthy();
        _health.CompleteStart();
        Tell(_health.Application("a"), a);
        Tell(_health.Application("b"), b);

        Assert.Equal(expected, _health.Status.ToString());
    }

    [Theory]
    [InlineData("degraded", nameof(ComponentStatus.Degraded))]
    [InlineData("unhealthy", nameof(ComponentStatus.Unhealthy))]
    public void Status_RegistryNotHealthy_IsTheNodes(string registry, string expected)
    {
        AllHealthy("a");
        _health.CompleteStart();
        Tell(_health.Registry, registry);

        Assert.Equal(expected, _health.Status.ToString());
    }

    // What the node has from it serves on; once that is too old, identity and registry say so.
    [Theory]
    [InlineData("healthy", nameof(ComponentStatus.Healthy))]
    [InlineData("starting", nameof(ComponentStatus.Degraded))]
    [InlineData("degraded", nameof(ComponentStatus.Degraded))]
    [InlineData("unhealthy", nameof(ComponentStatus.Degraded))]
    public void Status_AuthorityNotHealthy_IsDegradedAtMost(string authority, string expected)
    {
        AllHealthy("a");
        _health.CompleteStart();
        Tell(_health.Authority, authority);

        Assert.Equal(expected, _health.Status.ToString());
    }

    [Fact]
    public void Components_WithAnAuthority_NameItAndKeepIt()
    {
        Assert.DoesNotContain(_health.Components, static component => component.Name == "authority");
        _health.Authority.Unhealthy("this node is revoked");

        _health.Keep(new HashSet<string>());

        Assert.Equal(["identity", "registry", "capacity", "authority"], _health.Components.Select(static component => component.Name));
        Assert.Equal(ComponentStatus.Unhealthy, _health.Report("authority")?.Status);
    }

    [Fact]
    public void Status_Draining_PrevailsOverAll()
    {
        _health.Identity.Unhealthy("expired");
        _health.IsDraining = true;

        Assert.Equal(ComponentStatus.Draining, _health.Status);
    }

    [Fact]
    public void State_RepeatedStatus_KeepsSinceAndTakesTheNewReason()
    {
        _clock.Advance(TimeSpan.FromSeconds(1));
        _health.Registry.Degraded("first");
        DateTimeOffset since = _clock.GetUtcNow();
        _clock.Advance(TimeSpan.FromSeconds(1));
        _health.Registry.Degraded("second");

        Assert.Equal(new ComponentState(ComponentStatus.Degraded, "second", since), _health.Registry.State);
        _health.Registry.Healthy();
        Assert.Equal(new ComponentState(ComponentStatus.Healthy, null, _clock.GetUtcNow()), _health.Registry.State);
    }

    [Fact]
    public void Change_Repeated_IsLoggedOnce()
    {
        var log = new LineCounter();
        var health = new NodeHealth(_clock, log);

        health.Registry.Degraded("file is broken");
        health.Registry.Degraded("file is broken");
        health.Registry.Degraded("file is still broken");
        health.Registry.Healthy();
        health.Registry.Healthy();

        Assert.Equal(["registry is degraded: file is broken", "registry is healthy, after degraded for 0s"], log.Lines);
    }

    [Fact]
    public void Report_ByName_IgnoresCaseAndKnowsNoOthers()
    {
        _health.Application("echo").Unhealthy("no upstream is up");

        HealthReport? report = _health.Report("Application:ECHO");

        Assert.Equal(ComponentStatus.Unhealthy, report?.Status);
        Assert.Equal(["application:echo"], report?.Components.Keys);
        Assert.Null(_health.Report("application:other"));
    }

    private void AllHealthy(params string[] applications)
    {
        _health.Identity.Healthy();
        _health.Registry.Healthy();
        foreach (string application in applications)
        {
            _health.Application(application).Healthy();
        }
    }

    private static void Tell(Component component, string status)
    {
        switch (status)
        {
            case "healthy":
                component.Healthy();
                break;
            case "degraded":
                component.Degraded("old data");
                break;
            case "unhealthy":
                component.Unhealthy("nothing works");
                break;
        }
    }

    private sealed class StoppedClock : TimeProvider
    {
        private DateTimeOffset _now = DateTimeOffset.UnixEpoch;

        public void Advance(TimeSpan by) => _now += by;

        public override DateTimeOffset GetUtcNow() => _now;
    }

    private sealed class LineCounter : ILogger<NodeHealth>
    {
        public List<string> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Add(formatter(state, exception));
    }
}
