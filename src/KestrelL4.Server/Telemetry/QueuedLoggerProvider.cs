using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace KestrelL4.Server.Telemetry;

/// <summary>Takes log entries without ever blocking the caller, and forwards them in order from a thread of its own.</summary>
/// <remarks>A full queue drops the entry and counts it: a blocked standard output costs lines, never connections.</remarks>
[ProviderAlias("Console")]
internal sealed class QueuedLoggerProvider : ILoggerProvider
{
    /// <summary>How many entries may wait: 8,192.</summary>
    public const int Capacity = 8_192;

    private static readonly TimeSpan FlushTimeout = TimeSpan.FromSeconds(2);

    private readonly BlockingCollection<QueuedEntry> _entries = new(Capacity);
    private readonly ILoggerProvider _inner;
    private readonly TimeProvider _time;
    private readonly Thread _reader;
    private long _droppedLines;

    /// <summary>Starts to forward to <paramref name="inner"/>, which it disposes at the end.</summary>
    public QueuedLoggerProvider(ILoggerProvider inner, TimeProvider time)
    {
        _inner = inner;
        _time = time;

        // The inner provider may block for good: that must cost a thread of our own, never one of the pool's.
        _reader = new Thread(Forward) { IsBackground = true, Name = "KestrelL4 log" };
        _reader.Start();
    }

    /// <summary>How many entries a full queue has dropped since the start.</summary>
    public long DroppedLines => Interlocked.Read(ref _droppedLines);

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => new QueuedLogger(this, _inner.CreateLogger(categoryName), _time);

    /// <summary>Queues one entry, or drops and counts it.</summary>
    public void Enqueue(QueuedEntry entry)
    {
        bool queued = false;
        try
        {
            queued = !_entries.IsAddingCompleted && _entries.TryAdd(entry);
        }
        catch (InvalidOperationException) when (_entries.IsAddingCompleted)
        {
            // Dispose came between the two: the entry is late, like any other after it.
        }

        if (!queued)
        {
            Interlocked.Increment(ref _droppedLines);
        }
    }

    /// <summary>Forwards what is queued and ends the inner provider, for 2 s at most; what is left then is lost.</summary>
    public void Dispose()
    {
        _entries.CompleteAdding();
        _reader.Join(FlushTimeout);
    }

    private void Forward()
    {
        foreach (QueuedEntry entry in _entries.GetConsumingEnumerable())
        {
            try
            {
                entry.Forward();
            }
            catch (Exception)
            {
                // There is nowhere to say so but the count, an uncaught exception ends the process, and the next entry may fare better.
                Interlocked.Increment(ref _droppedLines);
            }
        }

        _inner.Dispose();
    }
}
