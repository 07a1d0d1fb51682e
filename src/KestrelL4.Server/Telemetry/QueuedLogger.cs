using Microsoft.Extensions.Logging;

namespace KestrelL4.Server.Telemetry;

/// <summary>Logs one category into the queue of its provider; scopes are off.</summary>
internal sealed class QueuedLogger(QueuedLoggerProvider provider, ILogger target, TimeProvider time) : ILogger
{
    /// <inheritdoc/>
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    /// <inheritdoc/>
    public bool IsEnabled(LogLevel logLevel) => target.IsEnabled(logLevel);

    /// <inheritdoc/>
    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
        {
            provider.Enqueue(new QueuedEntry(target, logLevel, eventId, time.GetUtcNow())
            {
                Message = formatter(state, exception),
                State = state,
                Error = exception,
            });
        }
    }
}
