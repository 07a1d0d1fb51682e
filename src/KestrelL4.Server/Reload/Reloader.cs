using KestrelL4.Server.Configuration;
using KestrelL4.Server.Draining;
using KestrelL4.Server.Listeners;
using KestrelL4.Server.Ports;
using Microsoft.Extensions.Logging;

namespace KestrelL4.Server.Reload;

/// <summary>Reads everything anew and puts it in force, or refuses it and keeps what is.</summary>
/// <param name="sources">Where the configuration is.</param>
/// <param name="installer">Puts it in force.</param>
/// <param name="model">What is in force.</param>
/// <param name="drains">Ends the connections of applications that were removed.</param>
/// <param name="parts">The node's clock and log.</param>
internal sealed partial class Reloader(
    ConfigurationSources sources, Installer installer, NodeModel model, Drains drains, ListenerParts parts)
{
    // The answer and /status tell all of them; a log shall not drown.
    private const int MostLines = 20;

    private readonly ILogger _logger = parts.Loggers.CreateLogger<Reloader>();
    private readonly Lock _asking = new();
    private Task<ReloadOutcome>? _waiting;
    private long _applied;
    private long _rejected;

    /// <summary>How many reloads were put in force wholly.</summary>
    public long Applied => Volatile.Read(ref _applied);

    /// <summary>How many were refused, wholly or in part.</summary>
    public long Rejected => Volatile.Read(ref _rejected);

    /// <summary>Reads everything anew; completes when it is in force and who lost by it is cut, or when it is refused.</summary>
    /// <remarks>Whoever asks while another waits for its turn is served with it: a queue of reloads would hold up a drain.</remarks>
    public Task<ReloadOutcome> ReloadAsync()
    {
        lock (_asking)
        {
            return _waiting ??= BeginAsync();
        }
    }

    private async Task<ReloadOutcome> BeginAsync()
    {
        // Forced, so that it has been noted as waiting before it no longer waits.
        using IDisposable change = await drains.BeginChangeAsync().ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        lock (_asking)
        {
            // Who asks from now on may mean something that is changed after it was read.
            _waiting = null;
        }

        Candidate candidate = await Candidate.ReadAsync(sources, model.InForce, parts.Time).ConfigureAwait(false);
        List<string> refused = [];
        try
        {
            refused.AddRange(await InstallAsync(candidate).ConfigureAwait(false));
        }
        catch (BindException exception)
        {
            refused.Add(exception.Message);
            candidate = await candidate.WithoutConfigurationAsync(model.InForce, parts.Time).ConfigureAwait(false);
            refused.AddRange(await InstallAsync(candidate).ConfigureAwait(false));
        }

        refused.InsertRange(0, candidate.Refused.Select(static error => error.ToString()));
        model.Seen = candidate.Seen;
        model.Rejected = refused.Count == 0 ? null : new RejectedReload(parts.Time.GetUtcNow(), refused);
        drains.Report.Tell();
        Tell(refused);
        return new ReloadOutcome(refused);
    }

    // Gives the addresses of old that stay closed.
    private async Task<IReadOnlyList<string>> InstallAsync(Candidate candidate)
    {
        Installation installation = await installer.InstallAsync(candidate.Reading, candidate.Files!).ConfigureAwait(false);
        ConfigurationInForce before = model.InForce;
        bool isNew = !ReferenceEquals(candidate.Reading, before.Reading);
        model.InForce = new ConfigurationInForce(candidate.Reading, candidate.Files!, isNew ? parts.Time.GetUtcNow() : before.AppliedAt);
        foreach (ServedApplication application in installation.Added)
        {
            drains.Keep(application);
            IsAdded(_logger, application.Name, application.Address);
        }

        foreach (ServedApplication application in installation.Removed)
        {
            IsRemoved(_logger, application.Name, application.Application.Connections.Count);
            drains.Remove(application);
        }

        if (candidate.Reading.Hash != before.Reading.Hash)
        {
            int clients = parts.Shared.Trust.Current.Registry.ClientCount;
            IsInForce(_logger, candidate.Reading.Hash, candidate.Reading.Understood.Applications.Count, clients);
        }

        if (installation.Cut > 0)
        {
            Withdrawn(_logger, installation.Cut);
        }

        return installation.Unbound;
    }

    private void Tell(List<string> refused)
    {
        if (refused.Count == 0)
        {
            Interlocked.Increment(ref _applied);
            return;
        }

        Interlocked.Increment(ref _rejected);
        IsRejected(_logger, refused.Count);
        foreach (string error in refused.Take(MostLines))
        {
            IsRejectedFor(_logger, error);
        }
    }

    [LoggerMessage(1, LogLevel.Information, "Configuration {Hash} is in force, applications: {Applications}, clients: {Clients}")]
    private static partial void IsInForce(ILogger logger, string hash, int applications, int clients);

    [LoggerMessage(2, LogLevel.Information, "Application {Application} is new and listens on {Address}")]
    private static partial void IsAdded(ILogger logger, string application, string address);

    [LoggerMessage(3, LogLevel.Information, "Application {Application} is removed, connections that drain: {Connections}")]
    private static partial void IsRemoved(ILogger logger, string application, int connections);

    [LoggerMessage(4, LogLevel.Information, "Access was withdrawn, connections cut: {Cut}")]
    private static partial void Withdrawn(ILogger logger, int cut);

    [LoggerMessage(5, LogLevel.Warning, "Reload rejected, wholly or in part, errors: {Errors}; for what is wrong, what was in force before stays")]
    private static partial void IsRejected(ILogger logger, int errors);

    [LoggerMessage(6, LogLevel.Warning, "Rejected: {Error}")]
    private static partial void IsRejectedFor(ILogger logger, string error);
}
