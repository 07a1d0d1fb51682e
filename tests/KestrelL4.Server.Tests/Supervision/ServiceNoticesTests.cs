using KestrelL4.Server.Health;
using KestrelL4.Server.Supervision;
using KestrelL4.Testing;
using KestrelL4.Testing.Servers;
using Microsoft.Extensions.Logging.Abstractions;

namespace KestrelL4.Server.Tests.Supervision;

public sealed class ServiceNoticesTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly FakeTime _time = new();
    private readonly NotificationReceiver _manager;
    private readonly NotificationSocket _socket;
    private readonly NodeHealth _health;
    private readonly ServiceNotices _notices;

    public ServiceNoticesTests()
    {
        _manager = new NotificationReceiver(_directory["notify"]);
        _socket = NotificationSocket.TryCreate(_manager.Address)!;
        _health = new NodeHealth(_time, NullLogger<NodeHealth>.Instance);
        _health.Identity.Healthy();
        _health.Registry.Healthy();
        _notices = new ServiceNotices(_socket, _health, static () => 7, _time);
    }

    public void Dispose()
    {
        _socket.Dispose();
        _manager.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public void Look_Starting_TellsNoReadiness()
    {
        _notices.Look();

        Assert.Equal(["STATUS=starting"], _manager.Lines);
        Assert.False(_notices.IsInService);
    }

    [Fact]
    public void Look_StartedAndUnhealthy_TellsWhyAndNoReadiness()
    {
        _health.Application("echo").Unhealthy("no upstream");
        _health.CompleteStart();

        _notices.Look();

        Assert.Equal(["STATUS=unhealthy; application:echo unhealthy: no upstream"], _manager.Lines);
    }

    [Fact]
    public void Look_NothingNew_TellsNothing()
    {
        Serve();

        _notices.Look();

        Assert.Equal(["READY=1\nSTATUS=healthy"], _manager.Messages);
    }

    [Fact]
    public void Look_UnhealthyAndHealthyAgain_IsReadyOnce()
    {
        Serve();
        _health.Application("echo").Unhealthy("no upstream");
        _notices.Look();
        _health.Application("echo").Healthy();
        _notices.Look();

        Assert.Single(_manager.Lines, static line => line == "READY=1");
        Assert.Equal("STATUS=healthy", _manager.Lines[^1]);
    }

    [Fact]
    public void Look_Draining_TellsHowManyConnectionsItWaitsFor()
    {
        Serve();
        _health.IsDraining = true;

        _notices.Look();

        Assert.Equal("STATUS=draining, open connections: 7", _manager.Lines[^1]);
    }

    [Fact]
    public void Reload_InService_IsToldWithItsTimeAndEndsInReadiness()
    {
        Serve();
        _health.Application("echo").Unhealthy("whatever a reload finds");
        _time.Advance(TimeSpan.FromSeconds(2.5));

        _notices.BeginReload();
        _notices.Look();
        _notices.EndReload();

        Assert.Equal("RELOADING=1\nMONOTONIC_USEC=2500000", _manager.Messages[1]);
        Assert.Equal("READY=1", Assert.Single(_manager.Lines.Skip(2), static line => line.StartsWith("READY", StringComparison.Ordinal)));
        Assert.Equal("READY=1", _manager.Lines[^1]);
    }

    [Fact]
    public void Reload_TwoAtOnce_EachIsToldAndTheLastEndIsReadiness()
    {
        Serve();

        _notices.BeginReload();
        _notices.BeginReload();
        _notices.EndReload();
        Assert.Single(_manager.Lines, static line => line == "READY=1");
        _notices.EndReload();

        Assert.Equal(2, _manager.Lines.Count(static line => line == "RELOADING=1"));
        Assert.Equal(2, _manager.Lines.Count(static line => line == "READY=1"));
    }

    [Fact]
    public void Reload_NotReadyYet_IsNotTold()
    {
        _notices.BeginReload();
        _notices.EndReload();

        Assert.Equal(["STATUS=starting"], _manager.Lines);
    }

    [Fact]
    public void Stop_ReloadUnderWay_IsTheLastState()
    {
        Serve();
        _notices.BeginReload();

        _notices.Stop();
        _notices.EndReload();
        _notices.BeginReload();

        Assert.Equal("STOPPING=1", _manager.Lines[^1]);
        Assert.False(_notices.IsInService);
    }

    private void Serve()
    {
        _health.CompleteStart();
        _notices.Look();
    }
}
