using KestrelL4.Server.Health;

namespace KestrelL4.Server.Supervision;

/// <summary>The node's side of its service manager; without one, nothing happens.</summary>
internal sealed class ServiceLink : IAsyncDisposable
{
    // How long a node that became ready may keep others waiting.
    private static readonly TimeSpan UntilReady = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan InService = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _ended = new();
    private readonly ServiceNotices? _notices;
    private readonly ServicePulse? _pulse;
    private readonly TimeProvider _time;
    private Task _running = Task.CompletedTask;

    /// <summary>Prepares what is to be told; nothing is told yet.</summary>
    /// <param name="manager">The service manager.</param>
    /// <param name="health">How the node is.</param>
    /// <param name="openConnections">How many connections are open.</param>
    /// <param name="time">The clock.</param>
    public ServiceLink(Supervisor manager, NodeHealth health, Func<int> openConnections, TimeProvider time)
    {
        _time = time;
        if (manager.Notifications is { } socket)
        {
            _notices = new ServiceNotices(socket, health, openConnections, time);
            _pulse = new ServicePulse(manager, socket, _notices, time);
        }
    }

    /// <summary>Begins to tell.</summary>
    public void Start()
    {
        if (_notices is not null && _pulse is not null)
        {
            _running = Task.WhenAll(LookAsync(_notices), _pulse.BeatAsync(_ended.Token));
        }
    }

    /// <summary>Does a reload and tells when it begins and ends.</summary>
    public async Task<T> ReloadAsync<T>(Func<Task<T>> reload)
    {
        _notices?.BeginReload();
        try
        {
            return await reload().ConfigureAwait(false);
        }
        finally
        {
            _notices?.EndReload();
        }
    }

    /// <summary>Tells that the node begins to stop.</summary>
    public void Stop() => _notices?.Stop();

    /// <summary>Falls silent.</summary>
    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _ended.Dispose();
    }

    private async Task LookAsync(ServiceNotices notices)
    {
        using PeriodicTimer timer = new(UntilReady, _time);
        do
        {
            notices.Look();
            if (timer.Period != InService && notices.IsInService)
            {
                timer.Period = InService;
            }
        }
        while (await timer.WaitForNextTickAsync(_ended.Token).ConfigureAwait(false));
    }
}
