namespace KestrelL4.Server.Supervision;

/// <summary>Tells a service manager again and again that the process turns, as long as it does.</summary>
/// <param name="manager">The service manager.</param>
/// <param name="socket">Where it listens.</param>
/// <param name="notices">What it was told of the node.</param>
/// <param name="time">The clock of the beats.</param>
internal sealed class ServicePulse(Supervisor manager, NotificationSocket socket, ServiceNotices notices, TimeProvider time)
{
    // A manager that does not watch has its patience with a start or a stop renewed in this rhythm; the usual patience is 90 s.
    private static readonly TimeSpan Unwatched = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(1);

    private TimeSpan Patience => manager.Watchdog ?? Unwatched;

    /// <summary>Beats at half of the watchdog's time until it is ended.</summary>
    public async Task BeatAsync(CancellationToken ended)
    {
        TimeSpan half = Patience / 2;
        using PeriodicTimer timer = new(half > Shortest ? half : Shortest, time);
        do
        {
            // In the same line as the work of connections: a timer's own is let through first, and would go on beside a pool that is stuck.
            await Task.Factory.StartNew(Beat, ended, TaskCreationOptions.PreferFairness, TaskScheduler.Default).ConfigureAwait(false);
        }
        while (await timer.WaitForNextTickAsync(ended).ConfigureAwait(false));
    }

    private void Beat()
    {
        if (notices.IsInService)
        {
            socket.Send("WATCHDOG=1");
        }
        else
        {
            // A start waits for an upstream and a stop for connections as long as it takes; only a process that is stuck runs out of time.
            socket.Send("WATCHDOG=1", $"EXTEND_TIMEOUT_USEC={(long)Patience.TotalMicroseconds}");
        }
    }
}
