using System.Net;
using KestrelL4.Protocol;
using Microsoft.Extensions.Logging;

namespace KestrelL4.Authority.RegistryStore;

/// <summary>The authority's state: in force in memory, whole on the disk, every change in the audit log before it is in force.</summary>
/// <remarks>One process at a time, by the directory's lock; one change at a time, by the gate.</remarks>
internal sealed partial class Store : IDisposable
{
    private readonly SemaphoreSlim _gate = new(1);
    private readonly StatePart<RegistryState> _registry;
    private readonly StatePart<NodesState> _nodes;
    private readonly AuditLog _audit;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private bool _isUnsure;

    private Store(StoreFiles files, RegistryState registry, NodesState nodes, TimeProvider time, ILogger logger)
    {
        _registry = new StatePart<RegistryState>(files.Registry, registry, (state, change) => Revised(state, change, time.GetUtcNow()));
        _nodes = new StatePart<NodesState>(files.Nodes, nodes, static (state, change) => state with { Change = change });
        _audit = files.Audit;
        _time = time;
        _logger = logger;
    }

    /// <summary>The registry in force.</summary>
    public Published<RegistryState> Registry => _registry.InForce;

    /// <summary>The nodes and tokens in force.</summary>
    public Published<NodesState> Nodes => _nodes.InForce;

    /// <summary>Reads the state, or makes the first, and brings it into agreement with the audit log.</summary>
    /// <exception cref="InvalidDataException">A file cannot be understood; the text says what to do.</exception>
    /// <exception cref="IOException">The disk refuses.</exception>
    public static Store Open(StoreFiles files, TimeProvider time, ILogger<Store> logger)
    {
        (RegistryState registry, NodesState nodes, string? mended) = new StoreRecovery(files, time).Run();
        if (mended is not null)
        {
            Mended(logger, mended);
        }

        return new Store(files, registry, nodes, time, logger);
    }

    /// <summary>Changes the registry: its revision goes up.</summary>
    /// <param name="who">Who asks for it, for the audit log.</param>
    /// <param name="decide">Makes the change of the state in force, or refuses; nobody else changes it meanwhile.</param>
    public Task<Answer<TResult>> ChangeRegistryAsync<TResult>(
        string who, Func<RegistryState, Answer<Changed<RegistryState, TResult>>> decide)
        where TResult : class => ChangeAsync(_registry, who, decide);

    /// <summary>Changes the nodes and their tokens.</summary>
    /// <param name="who">Who asks for it, for the audit log.</param>
    /// <param name="decide">Makes the change of the state in force, or refuses; nobody else changes it meanwhile.</param>
    public Task<Answer<TResult>> ChangeNodesAsync<TResult>(string who, Func<NodesState, Answer<Changed<NodesState, TResult>>> decide)
        where TResult : class => ChangeAsync(_nodes, who, decide);

    /// <inheritdoc/>
    public void Dispose() => _gate.Dispose();

    private static RegistryState Revised(RegistryState state, long change, DateTimeOffset now) =>
        state.WithoutExpired(now) with { Change = change, Revision = state.Revision + 1 };

    private async Task<Answer<TResult>> ChangeAsync<TState, TResult>(
        StatePart<TState> part, string who, Func<TState, Answer<Changed<TState, TResult>>> decide)
        where TState : class, IChangingState
        where TResult : class
    {
        await _gate.WaitAsync().ConfigureAwait(false);
        try
        {
            Answer<Changed<TState, TResult>> decision = decide(part.InForce.State);
            if (!decision.IsDone)
            {
                return decision.Refusal;
            }

            // A retry is answered again, and nothing changes.
            if (ReferenceEquals(decision.Value.State, part.InForce.State))
            {
                return decision.Value.Result;
            }

            long change = Math.Max(_registry.InForce.State.Change, _nodes.InForce.State.Change) + 1;
            return Keep(part, decision.Value, new AuditEntry(change, _time.GetUtcNow(), who, decision.Value.What)) is { } refusal
                ? refusal
                : decision.Value.Result;
        }
        finally
        {
            _gate.Release();
        }
    }

    private Refusal? Keep<TState, TResult>(StatePart<TState> part, Changed<TState, TResult> changed, AuditEntry entry)
        where TState : class, IChangingState
        where TResult : class
    {
        if (_isUnsure)
        {
            return Failed("the disk failed while a change was kept, so nobody knows which state it holds; restart the authority");
        }

        if (part.Prepare(changed.State, entry.Change) is not { } next)
        {
            return Refusal.Conflict($"the authority's state would be larger than {StateFile<TState>.MaxBytes} bytes; remove clients first");
        }

        long logged = _audit.Length();
        try
        {
            _audit.Append(entry);
            part.Write(next);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            _isUnsure = !TakeBack(logged) || !part.IsOnDisk();
            Refused(_logger, entry.What, exception.Message);
            return Failed(_isUnsure
                ? $"the disk failed while the change was kept ({exception.Message}), so it may be in force after the restart that the authority needs"
                : $"the change was not made, because the disk refused it: {exception.Message}");
        }

        part.Publish(next);
        Kept(_logger, entry.Change, entry.Who, entry.What);
        return null;
    }

    private static Refusal Failed(string text) => new(HttpStatusCode.ServiceUnavailable, RefusalReason.StoreFailed, text);

    private bool TakeBack(long length)
    {
        try
        {
            _audit.TakeBack(length);
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    [LoggerMessage(1, LogLevel.Information, "Change {Change} by {Who}: {What}")]
    private static partial void Kept(ILogger logger, long change, string who, string what);

    [LoggerMessage(2, LogLevel.Error, "Not kept, because the disk refused it: {What} ({Problem})")]
    private static partial void Refused(ILogger logger, string what, string problem);

    [LoggerMessage(3, LogLevel.Warning, "Mended at the start: {What}")]
    private static partial void Mended(ILogger logger, string what);
}
