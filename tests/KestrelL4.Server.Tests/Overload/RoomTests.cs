using KestrelL4.Server.Health;
using KestrelL4.Server.Listeners;
using KestrelL4.Server.Overload;
using KestrelL4.Server.Tests.Reload;
using KestrelL4.Server.Transport;

namespace KestrelL4.Server.Tests.Overload;

/// <summary>How many clients are let in before the memory is measured again.</summary>
public sealed class RoomTests : IAsyncLifetime
{
    // What is reckoned for one connection, of a limit of a thousand of them, of which nine hundred may be used.
    private const long One = 64 * 1024;
    private const long Limit = 1000 * One;
    private const long Edge = 900 * One;

    private readonly List<AcceptGate.Place> _handshakes = [];
    private AccessScene _scene = null!;
    private OverloadWatch _watch = null!;
    private long _used;
    private int _measured;
    private Exception? _failure;
    private bool _isUnknown;

    private ClientAdmission Admission => _scene.Parts.Shared.Gate.Admission;

    private ComponentState Capacity => _scene.Health.Capacity.State;

    public Task InitializeAsync() => CreateAsync();

    public async Task DisposeAsync()
    {
        _handshakes.ForEach(static handshake => handshake.Dispose());
        await _watch.DisposeAsync();
        await _scene.DisposeAsync();
    }

    [Theory]
    [InlineData(Edge - (100 * One), 50)]
    [InlineData(Edge - (3 * One), 2)]
    [InlineData(Edge - (One / 2), 1)]
    [InlineData(Edge, 0)]
    [InlineData(2 * Limit, 0)]
    public void Look_MemoryIsMeasured_LetsInHalfOfWhatFits(long used, int expected)
    {
        _used = used;
        _watch.Look();

        Assert.Equal(expected, Admission.Room);
        Assert.Equal(used >= Edge, Admission.IsHeld);
    }

    [Fact]
    public void Look_HandshakesOfTheLastSecond_TakeTheirRoomBefore()
    {
        _used = Edge - (100 * One);
        Begin(4);
        _scene.Time.Advance(TimeSpan.FromSeconds(0.6));
        Begin(4);
        _watch.Look();
        Assert.Equal(46, Admission.Room);

        _scene.Time.Advance(TimeSpan.FromSeconds(0.6));
        _watch.Look();
        Assert.Equal(48, Admission.Room);
        _handshakes[5].EndHandshake();
        _watch.Look();
        Assert.Equal(49, Admission.Room);

        // More under way than fit: the next waits, and is told of, until these have shown what they take.
        _used = Edge - One;
        _watch.Look();
        Assert.Equal(0, Admission.Room);
        _scene.Time.Advance(TimeSpan.FromSeconds(0.6));
        _watch.Look();
        Assert.Equal(1, Admission.Room);
    }

    [Fact]
    public async Task Look_NotToStopAccepting_LetsInAsManyAsCome()
    {
        await DisposeAsync();
        await CreateAsync("Overload:StopAccepting=0", "Overload:CloseConnections=0");
        _used = 2 * Limit;
        _watch.Look();

        Assert.Equal((int.MaxValue, false), (Admission.Room, Admission.IsHeld));
    }

    [Fact]
    public void Look_NothingToMeasureBy_LetsInAsManyAsCome()
    {
        _isUnknown = true;
        _watch.Look();

        Assert.Equal((int.MaxValue, false), (Admission.Room, Admission.IsHeld));
    }

    [Fact]
    public void Start_RoomIsTaken_IsMeasuredByWhoeverComes()
    {
        _used = Edge - (4 * One);
        _watch.Start();
        Assert.Equal((2, 1), (Admission.Room, _measured));

        Assert.Equal([null, null, null], new[] { Admission.StillWaits(), Admission.StillWaits(), Admission.StillWaits() });
        Assert.Equal((1, 2), (Admission.Room, _measured));

        _used = Edge;
        Assert.Equal([null, AcceptWait.Memory], new[] { Admission.StillWaits(), Admission.StillWaits() });
        Assert.True(Admission.IsHeld);
    }

    [Fact]
    public void Start_MeasuringFails_NoListenerEndsOrWaitsByIt()
    {
        _used = Edge - One;
        _watch.Start();
        Assert.Null(Admission.StillWaits());
        _failure = new InvalidOperationException("nobody knows");

        Assert.Null(Admission.StillWaits());
        Assert.Equal(int.MaxValue - 1, Admission.Room);
        _failure = null;
        _watch.Look();
        Assert.Equal(1, Admission.Room);
    }

    [Fact]
    public async Task DisposeAsync_AtTheEdge_HoldsNobodyAnyMore()
    {
        _used = Limit;
        _watch.Start();
        Assert.Equal(AcceptWait.Memory, Admission.StillWaits());

        await DisposeAsync();
        Assert.Null(Admission.StillWaits());
        await CreateAsync();
    }

    [Fact]
    public void Look_ClientsWaitForRoomAlone_IsToldForAWhile()
    {
        _used = Edge - One;
        _watch.Look();
        Admission.Note(AcceptWait.Memory);
        _watch.Look();
        Assert.Equal(ComponentStatus.Degraded, Capacity.Status);
        Assert.Contains("no memory for more connections", Capacity.Reason, StringComparison.Ordinal);

        _scene.Time.Advance(TimeSpan.FromSeconds(5));
        _watch.Look();
        Assert.Equal(ComponentStatus.Healthy, Capacity.Status);

        // Those that waited while memory was scarce have been told of as that.
        _used = Edge;
        _watch.Look();
        Admission.Note(AcceptWait.Memory);
        _used = 0;
        _watch.Look();
        Assert.Equal(ComponentStatus.Healthy, Capacity.Status);
    }

    private async Task CreateAsync(params string[] settings)
    {
        _scene = await AccessScene.CreateAsync([$"Overload:MaxMemory={Limit}", .. settings]);
        _watch = new OverloadWatch(_scene.Parts, _scene.Model, _scene.Served, _scene.Health.Capacity, maximum =>
        {
            _measured++;
            return _failure is not null ? throw _failure : _isUnknown ? null : new MemoryReading(_used, maximum!.Value);
        });
    }

    private void Begin(int handshakes)
    {
        for (int count = 0; count < handshakes; count++)
        {
            _handshakes.Add(_scene.Parts.Shared.Gate.TryEnter(static _ => false)!);
        }
    }
}
