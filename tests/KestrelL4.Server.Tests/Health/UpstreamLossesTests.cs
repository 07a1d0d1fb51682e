using System.Net;
using KestrelL4.Server.Health;
using KestrelL4.Upstreams;
using Microsoft.Extensions.Logging.Abstractions;

namespace KestrelL4.Server.Tests.Health;

public sealed class UpstreamLossesTests
{
    private readonly Component _component = new("application:echo", TimeProvider.System, NullLogger.Instance);
    private readonly Upstream[] _upstreams = [.. Enumerable.Range(1, 3).Select(static number => new Upstream($"u{number}", new IPEndPoint(IPAddress.Loopback, number)))];
    private readonly Application _application;

    public UpstreamLossesTests() => _application = new Application("echo", _upstreams);

    [Fact]
    public void Tell_AllUp_IsHealthy() => Assert.Equal((ComponentStatus.Healthy, null), Told());

    [Fact]
    public void Tell_FullUnweightedOrBackup_DoesNotCountAgainstIt()
    {
        _upstreams[0].Weight = 0;
        _upstreams[1].IsBackup = true;

        // Full without any connection.
        _upstreams[2].MaxConnections = 0;
        Assert.True(_upstreams[2].IsFull);

        Assert.Equal(ComponentStatus.Healthy, Told().Status);
    }

    [Fact]
    public void Tell_Some_IsDegradedAndNamesThem()
    {
        _application.Report(_upstreams[0], UpstreamHealth.Down, "refused");
        _application.Report(_upstreams[2], UpstreamHealth.Quarantined, "3 dials failed");

        Assert.Equal((ComponentStatus.Degraded, "2 of 3 upstreams are out: u1 is down, u3 is quarantined"), Told());
    }

    [Fact]
    public void Tell_All_IsUnhealthyUntilOneIsBack()
    {
        _application.Report(_upstreams[0], UpstreamHealth.Down, "refused");
        _application.Report(_upstreams[1], UpstreamHealth.Down, "refused");
        _upstreams[2].IsDraining = true;
        Assert.Equal((ComponentStatus.Unhealthy, "every upstream is out: u1 is down, u2 is down, u3 is draining"), Told());

        _application.Report(_upstreams[1], UpstreamHealth.Healthy);

        Assert.Equal((ComponentStatus.Degraded, "2 of 3 upstreams are out: u1 is down, u3 is draining"), Told());
    }

    [Fact]
    public void Tell_Many_NamesTheFirstFive()
    {
        Upstream[] many = [.. Enumerable.Range(1, 9).Select(static number => new Upstream($"u{number}", new IPEndPoint(IPAddress.Loopback, number)) { IsDraining = number < 8 })];

        UpstreamLosses.Tell(_component, many);

        Assert.EndsWith("u5 is draining and 2 more", _component.State.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Tell_None_IsUnhealthy()
    {
        _application.Upstreams = [];

        Assert.Equal((ComponentStatus.Unhealthy, "it has no upstream"), Told());
    }

    private (ComponentStatus Status, string? Reason) Told()
    {
        UpstreamLosses.Tell(_component, _application.Upstreams);
        return (_component.State.Status, _component.State.Reason);
    }
}
