using System.Net;
using KestrelL4.RateLimiting;
using KestrelL4.Server.Listeners;
using Microsoft.Extensions.Logging;

namespace KestrelL4.Server.Permits;

/// <summary>Keeps the permits of long windows beyond the process: a restart gives nobody a new window.</summary>
/// <param name="file">Where they are kept.</param>
/// <param name="served">The applications.</param>
/// <param name="shared">The limits that all applications share.</param>
/// <param name="logger">Where it logs.</param>
/// <param name="time">The node's clock.</param>
internal sealed partial class PermitKeeper(
    PermitFile file, ServedApplications served, SharedSteps shared, ILogger<PermitKeeper> logger, TimeProvider time) : IAsyncDisposable
{
    // A few megabytes at most, and no window is rounded by more than a two hundred and fifty-sixth where few clients have one.
    private const int MostGroups = 100_000;
    private const int MostGroupsEach = 256;

    // 32 MB of memory; only a file of another's making holds more.
    private const int MostRestored = 4_000_000;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _ended = new();
    private Task _keeping = Task.CompletedTask;
    private bool _isRestored;
    private bool _isFailing;
    private long _written = long.MinValue;

    /// <summary>Takes up what an earlier process left; before the first connection, and once.</summary>
    /// <param name="numbers">The numbers in force: permits of a limit that is no more, or has no window any more, are dropped.</param>
    public void Restore(ClientNumbers numbers)
    {
        if (_isRestored)
        {
            return;
        }

        _isRestored = true;
        int left = MostRestored;
        IReadOnlyList<KeptLimit> before = file.Read(out string? problem);
        foreach (KeptLimit kept in before)
        {
            if (Find(kept, numbers) is { Memory.IsWorthKeeping: true } limit)
            {
                PermitGroup[] permits = [.. kept.Permits.Where(static group => group.Count > 0).Select(static group => new PermitGroup(group.At, group.Count))];
                left -= limit.Memory.Restore(permits, left);
            }
        }

        if (problem is not null)
        {
            Ignored(logger, PermitFile.Name, problem);
        }
    }

    /// <summary>Begins to write down what changes, once a second.</summary>
    public void Start() => _keeping = KeepAsync(_ended.Token);

    /// <summary>Writes down what is left, when no connection can come any more.</summary>
    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync().ConfigureAwait(false);
        await _keeping.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _ended.Dispose();

        // A node that never got so far as to read the file must not empty it.
        if (_isRestored)
        {
            WriteWhenChanged();
        }
    }

    private async Task KeepAsync(CancellationToken ended)
    {
        using PeriodicTimer timer = new(Interval, time);
        while (await timer.WaitForNextTickAsync(ended).ConfigureAwait(false))
        {
            try
            {
                WriteWhenChanged();
            }
            catch (Exception exception)
            {
                Failed(logger, exception);
            }
        }
    }

    private void WriteWhenChanged()
    {
        long now = time.GetTimestamp();
        List<(KeptLimit Kept, Limit Limit)> limits = [.. Limits()];
        if (!limits.Exists(each => each.Limit.Memory.HasSpentSince(_written)))
        {
            return;
        }

        int most = Math.Clamp(MostGroups / limits.Count, 1, MostGroupsEach);
        try
        {
            file.Write([.. limits
                .Take(MostGroups)
                .Select(each => each.Kept with { Permits = [.. each.Limit.Memory.Permits(most).Select(static group => new KeptGroup(group.At, group.Count))] })
                .Where(static kept => kept.Permits.Count > 0)]);
            _written = now;
            if (_isFailing)
            {
                _isFailing = false;
                WritesAgain(logger, PermitFile.Name);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            if (!_isFailing)
            {
                _isFailing = true;
                CannotWrite(logger, PermitFile.Name, exception.Message);
            }
        }
    }

    private IEnumerable<(KeptLimit Kept, Limit Limit)> Limits() =>
    [
        .. new[] { (Of(shared.Clients.Node), shared.Clients.Node) }.Where(static each => each.Node.Memory.IsWorthKeeping),
        .. served.Configured
            .Select(static each => (Of(each.Application.Limit) with { Application = each.Name }, each.Application.Limit))
            .Where(static each => each.Limit.Memory.IsWorthKeeping),
        .. shared.Clients.Clients.Where(static limit => limit.Memory.IsWorthKeeping)
            .Select(static each => (Of(each.Limit) with { Client = each.Party }, each.Limit)),
        .. shared.Clients.ClientApplications.Where(static limit => limit.Memory.IsWorthKeeping)
            .Select(static each => (Of(each.Limit) with { Client = each.Party.Client, Application = each.Party.Application }, each.Limit)),
        .. shared.Sources.Addresses.Where(static limit => limit.Memory.IsWorthKeeping)
            .Select(static each => (Of(each.Limit) with { Source = each.Party.ToString() }, each.Limit)),
    ];

    private static KeptLimit Of(Limit limit) => new() { Scope = limit.Scope.Word(), Permits = [] };

    private Limit? Find(KeptLimit kept, ClientNumbers numbers) => kept switch
    {
        { Scope: "node" } => shared.Clients.Node,
        { Scope: "application", Application: { } application } => numbers.Find(application)?.Limit,
        { Scope: "client", Client: { } client } when numbers.Of(client) is { } own => shared.Clients.Clients.Get(client, own),
        { Scope: "client_application", Client: { } client, Application: { } application } when numbers.Of((client, application)) is { } own =>
            shared.Clients.ClientApplications.Get((client, application), own),
        { Scope: "source", Source: { } source } when IPAddress.TryParse(source, out IPAddress? address) =>
            shared.Sources.Addresses.Get(SourceLimits.Party(address), shared.Sources.Numbers),
        _ => null,
    };

    [LoggerMessage(1, LogLevel.Warning, "Ignoring {File} of the state directory, so that every window begins empty: {Problem}")]
    private static partial void Ignored(ILogger logger, string file, string problem);

    [LoggerMessage(2, LogLevel.Warning, "Cannot write {File} of the state directory, so that a restart forgets the permits spent since: {Problem}")]
    private static partial void CannotWrite(ILogger logger, string file, string problem);

    [LoggerMessage(3, LogLevel.Information, "Writing {File} of the state directory again")]
    private static partial void WritesAgain(ILogger logger, string file);

    [LoggerMessage(4, LogLevel.Error, "Keeping permits failed, which is a defect to report")]
    private static partial void Failed(ILogger logger, Exception exception);
}
