using System.Collections.Concurrent;
using KestrelL4.Server.Telemetry;
using Microsoft.Extensions.Logging;

namespace KestrelL4.Server.Tests.Telemetry;

public sealed class QueuedLoggerProviderTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    [Fact]
    public void Log_AnEntry_ReachesTheInnerProviderWhole()
    {
        var inner = new BlockableProvider();
        inner.Gate.Set();
        var error = new InvalidOperationException("why");
        using (var provider = new QueuedLoggerProvider(inner, TimeProvider.System))
        {
            provider.CreateLogger("Category").Log(LogLevel.Warning, new EventId(3, "Name"), error, "took {Count} of {Name}", 5, "echo");
        }

        Line line = Assert.Single(inner.Lines);
        Assert.Equal("Category", line.Category);
        Assert.Equal(LogLevel.Warning, line.Level);
        Assert.Equal(new EventId(3, "Name"), line.Id);
        Assert.Same(error, line.Error);
        Assert.Equal("took 5 of echo", line.Message);
        Assert.Contains(new KeyValuePair<string, object?>("Count", 5), line.State);
        Assert.Contains(new KeyValuePair<string, object?>("{OriginalFormat}", "took {Count} of {Name}"), line.State);
        Assert.True(inner.Disposed);
    }

    [Fact]
    public async Task Log_InnerProviderBlocked_ReturnsDropsAndCounts()
    {
        var inner = new BlockableProvider();
        using var provider = new QueuedLoggerProvider(inner, TimeProvider.System);
        ILogger logger = provider.CreateLogger("Category");
        logger.LogInformation("the first blocks the reader");
        await inner.Entered.Task.WaitAsync(Deadline);

        await Task.Run(() =>
        {
            for (int i = 0; i < QueuedLoggerProvider.Capacity + 10; i++)
            {
                logger.LogInformation("{Number}", i);
            }
        }).WaitAsync(Deadline);

        Assert.Equal(10, provider.DroppedLines);
        inner.Gate.Set();
        provider.Dispose();
        Assert.Equal(QueuedLoggerProvider.Capacity + 1, inner.Lines.Count);
    }

    [Fact]
    public async Task Dispose_InnerProviderBlocked_GivesUp()
    {
        var inner = new BlockableProvider();
        var provider = new QueuedLoggerProvider(inner, TimeProvider.System);
        provider.CreateLogger("Category").LogInformation("stuck");
        await inner.Entered.Task.WaitAsync(Deadline);

        await Task.Run(provider.Dispose).WaitAsync(Deadline);

        Assert.Empty(inner.Lines);
        inner.Gate.Set();
    }

    [Fact]
    public void Log_AfterDispose_IsDroppedAndCounted()
    {
        var inner = new BlockableProvider();
        inner.Gate.Set();
        var provider = new QueuedLoggerProvider(inner, TimeProvider.System);
        provider.Dispose();

        provider.CreateLogger("Category").LogInformation("late");

        Assert.Equal(1, provider.DroppedLines);
    }

    [Fact]
    public void Log_InnerProviderThrows_GoesOn()
    {
        var inner = new BlockableProvider { Fails = true };
        inner.Gate.Set();
        var provider = new QueuedLoggerProvider(inner, TimeProvider.System);
        provider.CreateLogger("Category").LogInformation("one");
        provider.CreateLogger("Category").LogInformation("two");

        provider.Dispose();

        Assert.Equal(2, provider.DroppedLines);
    }

    private sealed record Line(
        string Category, LogLevel Level, EventId Id, string Message, Exception? Error, IReadOnlyList<KeyValuePair<string, object?>> State);

    private sealed class BlockableProvider : ILoggerProvider
    {
        public ManualResetEventSlim Gate { get; } = new();

        public TaskCompletionSource Entered { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public ConcurrentQueue<Line> Lines { get; } = new();

        public bool Fails { get; init; }

        public bool Disposed { get; private set; }

        public ILogger CreateLogger(string categoryName) => new BlockableLogger(this, categoryName);

        public void Dispose() => Disposed = true;
    }

    private sealed class BlockableLogger(BlockableProvider provider, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            provider.Entered.TrySetResult();
            provider.Gate.Wait();
            if (provider.Fails)
            {
                throw new IOException("broken pipe");
            }

            var values = (IReadOnlyList<KeyValuePair<string, object?>>)state!;
            provider.Lines.Enqueue(new Line(category, logLevel, eventId, formatter(state, exception), exception, values));
        }
    }
}
