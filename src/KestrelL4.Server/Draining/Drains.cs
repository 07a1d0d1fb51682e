using KestrelL4.Server.Listeners;
using KestrelL4.Server.Ports;
using KestrelL4.Server.Reload;
using KestrelL4.Upstreams;
using Microsoft.Extensions.Logging;

namespace KestrelL4.Server.Draining;

/// <summary>Takes applications and upstreams out of service and back: no new connections, time for the open ones, then a cut.</summary>
/// <param name="model">How long it may take.</param>
/// <param name="listening">The ports to close.</param>
/// <param name="report">Tells that it is so.</param>
/// <param name="time">The clock of the waits.</param>
/// <param name="logger">Where it is logged.</param>
internal sealed partial class Drains(
    NodeModel model, NodeListening listening, ComponentReport report, TimeProvider time, ILogger<Drains> logger)
{
    // An upstream counts those that are being dialled; they cannot be cut before they are connected.
    private static readonly TimeSpan CutInterval = TimeSpan.FromMilliseconds(50);

    private readonly DrainRuns _runs = new(logger);

    /// <summary>Tells how the components are.</summary>
    public ComponentReport Report => report;

    /// <summary>Waits for the change of ports under way; the next one begins when the answer is disposed.</summary>
    public Task<IDisposable> BeginChangeAsync() => listening.BeginChangeAsync();

    private TimeSpan Patience => TimerBounds.Bound(model.InForce.Configuration.Drain.Timeout);

    /// <summary>Begins to drain an application, or upstreams of it.</summary>
    /// <param name="application">The application's name.</param>
    /// <param name="upstream">The name of an upstream, or the configured name of several; null = the whole application.</param>
    public DrainAnswer Drain(string application, string? upstream)
    {
        if (Find(application, upstream, out ServedApplication? served) is { } unknown)
        {
            return unknown;
        }

        if (upstream is null)
        {
            return AnswerOf(_runs.Begin(served!.Name, calledOff => DrainAsync(served, calledOff)));
        }

        // What was drained before and came back by a change of the configuration is drained anew.
        string what = $"{served!.Name}/{upstream}";
        if (served.Upstreams.Of(upstream).Any(static each => !each.IsDraining))
        {
            _runs.CallOff(what);
        }

        return AnswerOf(_runs.Begin(what, calledOff => DrainAsync(served, upstream, calledOff)));
    }

    /// <summary>Takes an application, or upstreams of it, back into service.</summary>
    /// <param name="application">The application's name.</param>
    /// <param name="upstream">The name of an upstream, or the configured name of several; null = the whole application.</param>
    public async Task<DrainAnswer> UndrainAsync(string application, string? upstream)
    {
        if (Find(application, upstream, out ServedApplication? served) is { } unknown)
        {
            return unknown;
        }

        using IDisposable change = await listening.BeginChangeAsync().ConfigureAwait(false);
        if (upstream is not null)
        {
            _runs.CallOff($"{served!.Name}/{upstream}");
            foreach (Upstream each in served.Upstreams.Of(upstream))
            {
                _runs.CallOff($"{served.Name}/{each.Name}");
            }

            served.Upstreams.Undrain(upstream);
        }
        else if (await OpenAsync(served!).ConfigureAwait(false) is { } problem)
        {
            return new DrainAnswer(DrainResult.Refused, problem);
        }

        report.Tell();
        Undrained(logger, upstream is null ? served!.Name : $"{served!.Name}/{upstream}");
        return new DrainAnswer(DrainResult.Accepted);
    }

    /// <summary>Lets the connections of an application end that is no longer configured and whose port is closed, and forgets it.</summary>
    public void Remove(ServedApplication application)
    {
        _runs.CallOff(application.Name);
        _runs.Begin(RemovalOf(application), async calledOff =>
        {
            await EmptyAsync(application, calledOff).ConfigureAwait(false);
            await application.Left.WaitAsync(calledOff).ConfigureAwait(false);
            using IDisposable change = await listening.BeginChangeAsync(calledOff).ConfigureAwait(false);
            _runs.CallOff(RemovalOf(application));
            listening.Served.All = [.. listening.Served.All.Where(other => other != application)];
            await application.DisposeAsync().ConfigureAwait(false);
        });
    }

    /// <summary>Calls off what <see cref="Remove"/> began: the application is configured again. An operator may be draining it already.</summary>
    public void Keep(ServedApplication application) => _runs.CallOff(RemovalOf(application));

    /// <summary>Calls every drain off for good: the node ends, which has its own patience with every connection.</summary>
    public void End() => _runs.End();

    private DrainAnswer? Find(string application, string? upstream, out ServedApplication? served)
    {
        served = listening.Served.Find(application);
        return served is null ? Unknown($"there is no application '{application}'")
            : upstream is not null && !served.Upstreams.Knows(upstream) ? Unknown($"'{served.Name}' has no upstream '{upstream}'")
            : null;
    }

    private static string RemovalOf(ServedApplication application) => $"{application.Name} (removed)";

    private static DrainAnswer AnswerOf(bool hasBegun) => hasBegun ? new DrainAnswer(DrainResult.Accepted) : DrainAnswer.Stopping;

    private static DrainAnswer Unknown(string problem) => new(DrainResult.Unknown, $"{problem}; /status lists them all");

    private async Task DrainAsync(ServedApplication application, CancellationToken calledOff)
    {
        using (await listening.BeginChangeAsync(calledOff).ConfigureAwait(false))
        {
            application.IsDrained = true;
            await listening.AlignAsync().ConfigureAwait(false);
            report.Tell();
        }

        Draining(logger, application.Name, application.Application.Connections.Count, ReadableDuration.Of(Patience));
        await EmptyAsync(application, calledOff).ConfigureAwait(false);
    }

    private async Task DrainAsync(ServedApplication application, string upstream, CancellationToken calledOff)
    {
        string what = $"{application.Name}/{upstream}";
        application.Upstreams.Drain(upstream);
        report.Tell();
        Draining(logger, what, Out().Sum(static each => each.ActiveConnections), ReadableDuration.Of(Patience));
        await Task.Delay(Patience, time, calledOff).ConfigureAwait(false);
        int cut = 0;
        while (Out().Where(static each => each.ActiveConnections > 0).ToList() is { Count: > 0 } busy)
        {
            cut += busy.Sum(each => application.Application.Connections.CloseAll(each, CloseReason.Drained));
            await Task.Delay(CutInterval, time, calledOff).ConfigureAwait(false);
        }

        Drained(logger, what, cut);

        // One of several may have been given back meanwhile.
        IEnumerable<Upstream> Out() => application.Upstreams.Of(upstream).Where(static each => each.IsDraining);
    }

    private async Task EmptyAsync(ServedApplication application, CancellationToken calledOff) => Drained(
        logger, application.Name, await application.DrainAsync(Patience, CloseReason.Drained, time, calledOff).ConfigureAwait(false));

    private async Task<string?> OpenAsync(ServedApplication application)
    {
        application.IsDrained = false;
        try
        {
            await listening.AlignAsync(application).ConfigureAwait(false);
            _runs.CallOff(application.Name);
            return null;
        }
        catch (BindException exception)
        {
            application.IsDrained = true;
            return exception.Message;
        }
    }

    [LoggerMessage(1, LogLevel.Information, "Draining {What}, connections: {Connections}; those left after {Timeout} are cut")]
    private static partial void Draining(ILogger logger, string what, int connections, string timeout);

    [LoggerMessage(2, LogLevel.Information, "Drained {What}, connections cut: {Cut}")]
    private static partial void Drained(ILogger logger, string what, int cut);

    [LoggerMessage(3, LogLevel.Information, "{What} is in service again")]
    private static partial void Undrained(ILogger logger, string what);
}
