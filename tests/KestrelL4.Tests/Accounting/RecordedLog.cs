using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace KestrelL4.Tests.Accounting;

/// <summary>Keeps every line with its fields.</summary>
internal sealed class RecordedLog : ILogger
{
    public ConcurrentQueue<(string Text, IReadOnlyDictionary<string, object?> Fields, LogLevel Level)> Lines { get; } = new();

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        Lines.Enqueue((
            formatter(state, exception),
            ((IReadOnlyList<KeyValuePair<string, object?>>)state!).ToDictionary(static field => field.Key, static field => field.Value),
            logLevel));
    }
}
