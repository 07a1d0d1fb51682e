using System.Collections.Concurrent;
using KestrelL4.Upstreams;

namespace KestrelL4;

/// <summary>The open connections of an application: count, find, drain.</summary>
public sealed class LiveConnections
{
    private readonly ConcurrentDictionary<string, ProxiedConnection> _connections = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private TaskCompletionSource? _empty;
    private int _count;

    internal LiveConnections()
    {
    }

    /// <summary>How many are open.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Those open at the moment, in no order.</summary>
    public IEnumerable<ProxiedConnection> All => _connections.Values;

    /// <summary>The open connection of an id, or null.</summary>
    public ProxiedConnection? Find(string id) => _connections.GetValueOrDefault(id);

    /// <summary>Closes those that have gone the longest without a byte; one that is not relayed yet, since it was opened.</summary>
    /// <param name="applications">The open connections of every application that is to give some.</param>
    /// <param name="count">How many to close over all of them. 1 or more.</param>
    /// <param name="reason">Why they are closed.</param>
    /// <returns>How many this call closed.</returns>
    public static int CloseIdlest(IEnumerable<LiveConnections> applications, int count, CloseReason reason)
    {
        ArgumentNullException.ThrowIfNull(applications);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);

        // Called for want of memory: it holds as many as it closes, and the most recent of them is the first to be exchanged.
        PriorityQueue<ProxiedConnection, long> idlest = new(Comparer<long>.Create(static (left, right) => right.CompareTo(left)));
        foreach (LiveConnections live in applications)
        {
            foreach ((_, ProxiedConnection connection) in live._connections)
            {
                if (connection.CloseReason is not null)
                {
                    continue;
                }

                if (idlest.Count < count)
                {
                    idlest.Enqueue(connection, connection.LastActiveAt);
                }
                else
                {
                    idlest.EnqueueDequeue(connection, connection.LastActiveAt);
                }
            }
        }

        return idlest.UnorderedItems.Count(item => item.Element.Close(reason));
    }

    /// <summary>Waits until none is open; those still open after the time-out are closed with the reason.</summary>
    /// <param name="timeout">How long to wait.</param>
    /// <param name="reason">Why those left are closed.</param>
    /// <param name="time">The clock of the time-out.</param>
    /// <param name="cut">Ends the wait early.</param>
    /// <returns>How many had to be closed.</returns>
    public async Task<int> DrainAsync(TimeSpan timeout, CloseReason reason, TimeProvider time, CancellationToken cut = default)
    {
        ArgumentNullException.ThrowIfNull(time);
        try
        {
            await WhenEmpty().WaitAsync(TimerBounds.Bound(timeout), time, cut).ConfigureAwait(false);
            return 0;
        }
        catch (Exception exception) when (exception is TimeoutException or OperationCanceledException)
        {
            return CloseAll(reason);
        }
    }

    /// <summary>Closes every connection that is open now.</summary>
    /// <returns>How many this call closed.</returns>
    public int CloseAll(CloseReason reason) => _connections.Values.Count(connection => connection.Close(reason));

    /// <summary>Closes every connection that an upstream has now.</summary>
    /// <returns>How many this call closed.</returns>
    public int CloseAll(Upstream upstream, CloseReason reason) =>
        _connections.Values.Count(connection => ReferenceEquals(connection.Upstream, upstream) && connection.Close(reason));

    /// <summary>Completes at the first moment in which none is open.</summary>
    public Task WhenEmpty()
    {
        lock (_gate)
        {
            return _count == 0
                ? Task.CompletedTask
                : (_empty ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }

    /// <summary>Lets a connection in.</summary>
    internal void Enter(ProxiedConnection connection)
    {
        if (!_connections.TryAdd(connection.Id, connection))
        {
            throw new InvalidOperationException($"A connection with the id '{connection.Id}' is open already.");
        }

        lock (_gate)
        {
            _count++;
        }
    }

    /// <summary>Lets a connection out.</summary>
    internal void Leave(ProxiedConnection connection)
    {
        _connections.TryRemove(connection.Id, out _);
        lock (_gate)
        {
            if (--_count == 0)
            {
                _empty?.SetResult();
                _empty = null;
            }
        }
    }
}
