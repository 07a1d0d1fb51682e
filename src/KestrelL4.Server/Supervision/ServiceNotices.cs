using KestrelL4.Server.Health;

namespace KestrelL4.Server.Supervision;

/// <summary>Tells a service manager what state the node is in: ready, reloading, stopping, and one line about it for people.</summary>
/// <param name="socket">Where the service manager listens.</param>
/// <param name="health">How the node is.</param>
/// <param name="openConnections">How many connections are open.</param>
/// <param name="time">The clock of the reloads.</param>
internal sealed class ServiceNotices(NotificationSocket socket, NodeHealth health, Func<int> openConnections, TimeProvider time)
{
    private readonly Lock _telling = new();
    private bool _hasBeenReady;
    private bool _saysReady;
    private bool _isStopping;
    private int _reloads;
    private string _line = "";

    /// <summary>Whether the service manager was told that the node is ready, and not that it stops: it waits for nothing then.</summary>
    public bool IsInService
    {
        get
        {
            lock (_telling)
            {
                return _hasBeenReady && !_isStopping;
            }
        }
    }

    /// <summary>Looks at the node and tells what is new.</summary>
    public void Look()
    {
        lock (_telling)
        {
            HealthReport report = health.Report();
            List<string> news = [];

            // Once in service the node stays so for a service manager, which knows no way back.
            if (!_saysReady && !_isStopping && _reloads == 0 && (_hasBeenReady || report.Status.IsReady()))
            {
                _hasBeenReady = true;
                _saysReady = true;
                news.Add("READY=1");
            }

            string line = StatusLine.Of(report, openConnections());
            if (line != _line)
            {
                _line = line;
                news.Add($"STATUS={line}");
            }

            if (news.Count > 0)
            {
                socket.Send(news);
            }
            else
            {
                socket.Flush();
            }
        }
    }

    /// <summary>A reload begins; one that begins before the node was ready concerns nobody.</summary>
    public void BeginReload()
    {
        lock (_telling)
        {
            _reloads++;
            if (_hasBeenReady && !_isStopping)
            {
                _saysReady = false;

                // Of the kernel's monotonic clock, by which the service manager knows whether its own request is meant.
                long microseconds = time.GetTimestamp() / (time.TimestampFrequency / 1_000_000);
                socket.Send("RELOADING=1", $"MONOTONIC_USEC={microseconds}");
            }
        }
    }

    /// <summary>A reload has ended, whatever came of it.</summary>
    public void EndReload()
    {
        lock (_telling)
        {
            _reloads--;
        }

        Look();
    }

    /// <summary>The node begins to stop.</summary>
    public void Stop()
    {
        lock (_telling)
        {
            _isStopping = true;
            socket.Send("STOPPING=1");
        }
    }
}
