using KestrelL4.Server.Configuration;
using KestrelL4.Server.Health;
using KestrelL4.Server.Listeners;
using KestrelL4.Server.Reload;
using Microsoft.Extensions.Logging;

namespace KestrelL4.Server.Overload;

/// <summary>Measures the node's memory, has clients wait when it runs out, and then has the idlest connections closed.</summary>
internal sealed partial class OverloadWatch : IAsyncDisposable
{
    // A tenth a time: what was measured is always a little late, and one that is closed in vain cannot be opened again.
    private const int LargestPart = 10;

    // More than a connection that carries nothing was seen to take (docs/reliability.md: some 43 KB), for what is measured lags behind who was let in.
    private const int OneConnection = 64 * 1024;

    // A handshake has taken what it takes by then, or its client is silent.
    private static readonly TimeSpan HandshakeTime = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    // Collecting stops everything for a moment, so it is not for every look; and what was closed needs a while to be gone.
    private static readonly TimeSpan WhileShort = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan WhileScarce = TimeSpan.FromSeconds(10);

    private readonly ListenerParts _parts;
    private readonly NodeModel _model;
    private readonly ServedApplications _served;
    private readonly CapacityReport _report;
    private readonly Func<long?, MemoryReading?> _measure;
    private readonly ILogger _logger;
    private readonly Lock _looking = new();
    private readonly CancellationTokenSource _ended = new();
    private MemoryStage _stage;
    private long? _relievedAt;
    private bool _isFailing;
    private Task _watching = Task.CompletedTask;

    /// <summary>Prepares to watch.</summary>
    /// <param name="parts">The gate of the clients, the node's clock and log.</param>
    /// <param name="model">The numbers in force.</param>
    /// <param name="served">Whose connections may be closed.</param>
    /// <param name="capacity">Who tells of it.</param>
    /// <param name="measure">Measures the memory, given what the configuration allows; null = it cannot be measured.</param>
    public OverloadWatch(
        ListenerParts parts, NodeModel model, ServedApplications served, Component capacity, Func<long?, MemoryReading?> measure)
    {
        _parts = parts;
        _model = model;
        _served = served;
        _report = new CapacityReport(capacity, parts.Shared.Gate, parts.Time);
        _measure = measure;
        _logger = parts.Loggers.CreateLogger<OverloadWatch>();
    }

    /// <summary>The memory as it was measured last; null = it cannot be measured.</summary>
    public MemoryReading? Reading { get; private set; }

    /// <summary>Begins to watch.</summary>
    public void Start()
    {
        _watching = WatchAsync(_ended.Token);
        _parts.Shared.Gate.Admission.Measure = TryLook;
    }

    /// <summary>Measures once, does what follows, and tells of it.</summary>
    public void Look()
    {
        lock (_looking)
        {
            NodeConfiguration configuration = _model.InForce.Configuration;
            Follow(configuration.Overload);
            _report.Tell(_stage, Reading, configuration.Accept);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync().ConfigureAwait(false);
        await _watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _ended.Dispose();

        // Whoever waits at a listener is to see it end, also where another had it measured just now.
        lock (_looking)
        {
            _parts.Shared.Gate.Admission.Measure = static () => { };
            _parts.Shared.Gate.Admission.IsHeld = false;
            _parts.Shared.Gate.Admission.Room = int.MaxValue;
        }
    }

    private async Task WatchAsync(CancellationToken ended)
    {
        using PeriodicTimer timer = new(Interval, _parts.Time);
        do
        {
            TryLook();
        }
        while (await timer.WaitForNextTickAsync(ended).ConfigureAwait(false));
    }

    // Four times a second, and whenever clients have taken the room there was: whoever asks then is a listener, which must not end by it.
    private void TryLook()
    {
        lock (_looking)
        {
            try
            {
                if (!_ended.IsCancellationRequested)
                {
                    Look();
                }

                _isFailing = false;
            }
            catch (Exception exception)
            {
                // What is not known is no reason to have everybody wait.
                _parts.Shared.Gate.Admission.Room = int.MaxValue;
                if (!_isFailing)
                {
                    _isFailing = true;
                    Failed(_logger, exception);
                }
            }
        }
    }

    private void Follow(OverloadConfiguration edges)
    {
        long? limit = Reading?.Limit;
        MemoryStage next = Measure(edges);
        if (limit is not null && limit != Reading?.Limit)
        {
            FreeMemory.GiveBack();
            next = Measure(edges);
        }

        if (next != MemoryStage.Ample && IsTimeToRelieve(next))
        {
            FreeMemory.GiveBack();
            _relievedAt = _parts.Time.GetTimestamp();
            next = Measure(edges);
            if (next == MemoryStage.Short)
            {
                Shed(edges);
            }
        }
        else if (next == MemoryStage.Short && _stage != next)
        {
            // Nothing is closed before what is free has been given back.
            next = MemoryStage.Scarce;
        }

        _stage = next;
        _parts.Shared.Gate.Admission.IsHeld = next != MemoryStage.Ample;
        _parts.Shared.Gate.Admission.Room = RoomFor(edges);
    }

    // Half of what would fit: the other half is seen at the next look, which comes the sooner the less there is.
    private int RoomFor(OverloadConfiguration edges)
    {
        if (Reading is not { } reading || edges.StopAccepting == 0)
        {
            return int.MaxValue;
        }

        double free = (edges.StopAccepting * reading.Limit) - reading.Used;
        double fit = (free / OneConnection) - _parts.Shared.Gate.HandshakesSince(HandshakeTime);
        return (int)Math.Clamp(Math.Ceiling(fit / 2), 0, int.MaxValue);
    }

    private MemoryStage Measure(OverloadConfiguration edges)
    {
        Reading = _measure(edges.MaxMemory);
        return Reading is { } reading ? _stage.Next(reading.Share, edges) : MemoryStage.Ample;
    }

    private bool IsTimeToRelieve(MemoryStage stage) =>
        _relievedAt is not { } at || _parts.Time.GetElapsedTime(at) >= (stage == MemoryStage.Short ? WhileShort : WhileScarce);

    // As if all that is used were used by connections: closing too few is made good at the next turn.
    private void Shed(OverloadConfiguration edges)
    {
        MemoryReading reading = Reading!;
        List<LiveConnections> all = [.. _served.All.Select(static each => each.Application.Connections)];
        int open = all.Sum(static live => live.Count);
        if (open > 0)
        {
            double due = Math.Ceiling(open * (double)edges.Excess(reading) / reading.Used);
            int closed = LiveConnections.CloseIdlest(all, (int)Math.Clamp(due, 1, Math.Max(1, open / LargestPart)), CloseReason.Shed);
            Closed(_logger, closed, open);
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "Closed the idlest connections for want of memory: {Closed} of {Open}")]
    private static partial void Closed(ILogger logger, int closed, int open);

    [LoggerMessage(2, LogLevel.Error, "Watching the memory failed, which is a defect to report")]
    private static partial void Failed(ILogger logger, Exception exception);
}
