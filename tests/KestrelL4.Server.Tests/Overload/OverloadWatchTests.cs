using KestrelL4.Server.Configuration;
using KestrelL4.Server.Health;
using KestrelL4.Server.Listeners;
using KestrelL4.Server.Overload;
using KestrelL4.Server.Tests.Reload;
using KestrelL4.Server.Transport;

namespace KestrelL4.Server.Tests.Overload;

public sealed class OverloadWatchTests : IAsyncLifetime
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan BetweenClosings = TimeSpan.FromSeconds(2);

    private AccessScene _scene = null!;
    private Application _application = null!;
    private OverloadWatch _watch = null!;
    private long _used = 100;

    private bool IsHeld => _scene.Parts.Shared.Gate.Admission.IsHeld;

    private ComponentState Capacity => _scene.Health.Capacity.State;

    public async Task InitializeAsync()
    {
        _scene = await AccessScene.CreateAsync("Overload:MaxMemory=1000");
        (string name, ApplicationConfiguration configuration) = _scene.Model.InForce.Configuration.Applications.First();
        ServedApplication served = new(name, configuration, _scene.Parts);
        _application = served.Application;
        _scene.Served.All = [served];
        _watch = new OverloadWatch(_scene.Parts, _scene.Model, _scene.Served, _scene.Health.Capacity, maximum => new MemoryReading(_used, maximum!.Value));
    }

    public async Task DisposeAsync()
    {
        await _watch.DisposeAsync();
        await _scene.DisposeAsync();
    }

    [Fact]
    public void Look_MemoryIsScarce_HoldsClientsUntilThereIsSomeAgain()
    {
        using ProxiedConnection open = Open();
        _watch.Look();
        Assert.Equal((false, ComponentStatus.Healthy), (IsHeld, Capacity.Status));

        Use(920);
        Assert.True(IsHeld);
        Assert.Equal(ComponentStatus.Degraded, Capacity.Status);
        Assert.Contains("new connections wait", Capacity.Reason, StringComparison.Ordinal);

        Use(860);
        Assert.True(IsHeld);

        Use(840);
        Assert.Equal((false, ComponentStatus.Healthy), (IsHeld, Capacity.Status));
        Assert.Null(open.CloseReason);
    }

    [Fact]
    public void Look_MemoryIsShort_ClosesATenthATimeFromTheIdlestOn()
    {
        List<ProxiedConnection> connections = [];
        for (int count = 0; count < 20; count++)
        {
            connections.Add(Open());
            _scene.Time.Advance(TimeSpan.FromSeconds(1));
        }

        _watch.Look();
        Use(990);
        Assert.Equal(2, Shed());

        // Not at once again: what was closed needs a moment to be gone.
        LookAfter(Interval);
        Assert.Equal(2, Shed());
        LookAfter(BetweenClosings);
        Assert.Equal(4, Shed());
        Assert.All(connections[..4], static closed => Assert.Equal(CloseReason.Shed, closed.CloseReason));
        Assert.Contains("the idlest are being closed", Capacity.Reason, StringComparison.Ordinal);

        // Below the share that began it, and not yet below the one that ends it: a little more goes.
        Use(910, BetweenClosings);
        Assert.Equal(5, Shed());
        Use(890, BetweenClosings);
        LookAfter(BetweenClosings);
        Assert.Equal(5, Shed());
        Assert.True(IsHeld);
        connections.ForEach(static connection => connection.Dispose());

        int Shed() => connections.Count(static connection => connection.CloseReason is not null);
    }

    [Fact]
    public void Look_ListenersWaitOrRefuse_IsToldForAWhile()
    {
        _watch.Look();
        _scene.Parts.Shared.Gate.Admission.Note(AcceptWait.Descriptors);
        LookAfter(Interval);

        Assert.Equal(ComponentStatus.Degraded, Capacity.Status);
        Assert.Contains("too many open files", Capacity.Reason, StringComparison.Ordinal);
        LookAfter(TimeSpan.FromSeconds(5));
        Assert.Equal(ComponentStatus.Healthy, Capacity.Status);

        AcceptGate gate = _scene.Parts.Shared.Gate;
        gate.MaxHandshakes = 0;
        Assert.Null(gate.TryEnter(static _ => false));
        LookAfter(Interval);
        Assert.Contains("Accept:MaxConcurrentHandshakes", Capacity.Reason, StringComparison.Ordinal);
        gate.MaxConnections = 0;
        Assert.Null(gate.TryEnter(static _ => false));
        LookAfter(Interval);
        Assert.Contains("Accept:MaxConnections", Capacity.Reason, StringComparison.Ordinal);
    }

    private ProxiedConnection Open() => _application.Open(ConnectionIds.Next(), null);

    private void Use(long used, TimeSpan? after = null)
    {
        _used = used;
        LookAfter(after ?? Interval);
    }

    private void LookAfter(TimeSpan span)
    {
        _scene.Time.Advance(span);
        _watch.Look();
    }
}
