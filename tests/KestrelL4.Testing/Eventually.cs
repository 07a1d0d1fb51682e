using System.Diagnostics;

namespace KestrelL4.Testing;

/// <summary>Waiting for a condition, with a deadline and a message: the one place where tests let real time pass.</summary>
public static class Eventually
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(10);

    /// <summary>How long a wait lasts when it names no deadline: long enough for a busy machine, and shorter than the 30 s that a node gives its connections by default.</summary>
    public static TimeSpan DefaultDeadline { get; } = TimeSpan.FromSeconds(25);

    /// <summary>Waits until the condition holds.</summary>
    /// <exception cref="TimeoutException">The deadline passed; the text says what was awaited.</exception>
    public static Task UntilAsync(Func<bool> condition, string message, TimeSpan? deadline = null)
        => UntilAsync(() => Task.FromResult(condition()), () => message, deadline);

    /// <inheritdoc cref="UntilAsync(Func{bool}, string, TimeSpan?)"/>
    public static Task UntilAsync(Func<Task<bool>> condition, string message, TimeSpan? deadline = null)
        => UntilAsync(condition, () => message, deadline);

    /// <summary>Waits until the condition holds; the message is made when the deadline has passed.</summary>
    /// <exception cref="TimeoutException">The deadline passed; the text says what was awaited.</exception>
    public static async Task UntilAsync(Func<Task<bool>> condition, Func<string> message, TimeSpan? deadline = null)
    {
        TimeSpan limit = deadline ?? DefaultDeadline;
        long started = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            if (Stopwatch.GetElapsedTime(started) > limit)
            {
                throw new TimeoutException($"Within {limit.TotalSeconds:0.#} s: {message()}");
            }

            await Task.Delay(Interval);
        }
    }

    /// <summary>Awaits a task that must end before the deadline.</summary>
    /// <exception cref="TimeoutException">The deadline passed; the text says what was awaited.</exception>
    public static async Task<T> WithinAsync<T>(Task<T> task, string message, TimeSpan? deadline = null)
    {
        TimeSpan limit = deadline ?? DefaultDeadline;
        try
        {
            return await task.WaitAsync(limit);
        }
        catch (TimeoutException exception) when (!task.IsCompleted)
        {
            throw new TimeoutException($"Within {limit.TotalSeconds:0.#} s: {message}", exception);
        }
    }
}
