using System.Collections.Concurrent;
using KestrelL4.Forwarding;
using KestrelL4.Server.Listeners;
using Microsoft.Extensions.Logging;

namespace KestrelL4.Server.Discovery;

/// <summary>Asks for the addresses of the host names that are expanded, again and again, and hands them to the applications.</summary>
/// <param name="served">The applications.</param>
/// <param name="changed">Is told when upstreams came or went by that, or a name has another problem.</param>
/// <param name="names">Where names are resolved.</param>
/// <param name="time">The clock of the looks.</param>
/// <param name="logger">Where changes are told.</param>
internal sealed partial class NameDiscovery(
    ServedApplications served, Action changed, NameResolution names, TimeProvider time, ILogger<NameDiscovery> logger) : IAsyncDisposable
{
    /// <summary>How often it asks.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    /// <summary>How long a start or a reload waits for the first answers, so that an application has its upstreams before its port opens.</summary>
    public static readonly TimeSpan FirstPatience = TimeSpan.FromMilliseconds(250);

    private readonly ConcurrentDictionary<string, ExpandedName> _known = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<string, Task> _underWay = new(StringComparer.OrdinalIgnoreCase);
    private readonly CancellationTokenSource _ended = new();
    private Task _looking = Task.CompletedTask;

    /// <summary>What is known of a host name; null = nobody has answered yet.</summary>
    public ExpandedName? Known(string host) => _known.GetValueOrDefault(host);

    /// <summary>Asks for names that nothing is known of, and waits a moment for the answers; those that come later are taken then.</summary>
    public async Task AskAsync(IEnumerable<string> hosts)
    {
        Task[] looks = [.. hosts.Distinct(StringComparer.OrdinalIgnoreCase).Where(host => !_known.ContainsKey(host)).Select(BeginLook)];
        if (looks.Length == 0)
        {
            return;
        }

        try
        {
            await Task.WhenAll(looks).WaitAsync(FirstPatience, time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // Neither a start nor a reload depends on a name server.
        }
    }

    /// <summary>Begins to ask.</summary>
    public void Start() => _looking = LookAsync(_ended.Token);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // A look under way ends when its name server answers or never: it holds nothing of the node.
        await _ended.CancelAsync().ConfigureAwait(false);
        await _looking.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _ended.Dispose();
    }

    private async Task LookAsync(CancellationToken ended)
    {
        using PeriodicTimer timer = new(Interval, time);
        while (await timer.WaitForNextTickAsync(ended).ConfigureAwait(false))
        {
            HashSet<string> hosts = new(served.Configured.SelectMany(static application => application.Upstreams.Hosts), StringComparer.OrdinalIgnoreCase);
            foreach (string host in hosts)
            {
                _ = BeginLook(host);
            }

            foreach (string host in _known.Keys.Where(host => !hosts.Contains(host)))
            {
                _known.TryRemove(host, out _);
            }
        }
    }

    private Task BeginLook(string host)
    {
        TaskCompletionSource done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Task look = _underWay.GetOrAdd(host, done.Task);
        if (ReferenceEquals(look, done.Task))
        {
            _ = LookAtAsync(host, done);
        }

        return look;
    }

    private async Task LookAtAsync(string host, TaskCompletionSource done)
    {
        try
        {
            ExpandedName found = ExpandedName.Of(await names.LookUpAsync(host).ConfigureAwait(false));
            if (!_ended.IsCancellationRequested)
            {
                Take(host, found);
            }
        }
        catch (Exception exception)
        {
            Failed(logger, host, exception);
        }
        finally
        {
            _underWay.TryRemove(host, out _);
            done.SetResult();
        }
    }

    private void Take(string host, ExpandedName found)
    {
        ExpandedName before = _known.GetValueOrDefault(host, ExpandedName.Unknown);
        _known[host] = found;
        foreach (ServedApplication application in served.Configured)
        {
            application.Upstreams.Use(host, found);
        }

        bool hasChanged = !found.HasSameAddresses(before);
        if (hasChanged)
        {
            string[] added = [.. found.Addresses.Except(before.Addresses).Select(static address => address.ToString())];
            string[] gone = [.. before.Addresses.Except(found.Addresses).Select(static address => address.ToString())];
            HasChanged(logger, host, found.Addresses.Count, string.Join(", ", added), string.Join(", ", gone));
        }

        if (found.Problem != before.Problem && found.Problem is { } problem)
        {
            HasProblem(logger, host, problem);
        }
        else if (found.Problem is null && before.Problem is not null && !hasChanged)
        {
            IsWell(logger, host);
        }

        if (hasChanged || found.Problem != before.Problem)
        {
            changed();
        }
    }

    [LoggerMessage(1, LogLevel.Information, "{Host} has {Count} addresses; new: {Added}; gone: {Gone}")]
    private static partial void HasChanged(ILogger logger, string host, int count, string added, string gone);

    [LoggerMessage(2, LogLevel.Warning, "{Host}: {Problem}")]
    private static partial void HasProblem(ILogger logger, string host, string problem);

    [LoggerMessage(3, LogLevel.Information, "{Host} is resolved again, its addresses are those it had")]
    private static partial void IsWell(ILogger logger, string host);

    [LoggerMessage(4, LogLevel.Error, "Looking up {Host} failed, which is a defect to report")]
    private static partial void Failed(ILogger logger, string host, Exception exception);
}
