using System.Diagnostics;
using KestrelL4.Server.Health;
using KestrelL4.Server.Supervision;
using KestrelL4.Server.Transport;
using KestrelL4.Testing;
using KestrelL4.Testing.Servers;
using Microsoft.Extensions.Logging.Abstractions;

namespace KestrelL4.Server.Tests.Supervision;

[Collection(ProcessWide.Name)]
public sealed class ServicePulseTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly CancellationTokenSource _ended = new();
    private readonly NotificationReceiver _manager;
    private readonly NotificationSocket _socket;
    private readonly NodeHealth _health = new(TimeProvider.System, NullLogger<NodeHealth>.Instance);
    private readonly ServiceNotices _notices;

    public ServicePulseTests()
    {
        _manager = new NotificationReceiver(_directory["notify"]);
        _socket = NotificationSocket.TryCreate(_manager.Address)!;
        _health.Identity.Healthy();
        _health.Registry.Healthy();
        _notices = new ServiceNotices(_socket, _health, static () => 0, TimeProvider.System);
    }

    public void Dispose()
    {
        _ended.Cancel();
        _socket.Dispose();
        _manager.Dispose();
        _directory.Dispose();
        _ended.Dispose();
    }

    [Fact]
    public async Task Beat_NodeInServiceOrNot_AsksForPatienceOnlyWhileItIsNot()
    {
        FakeTime time = new();
        Task beating = PulseOf(TimeSpan.FromSeconds(30), time).BeatAsync(_ended.Token);
        await _manager.HearAsync(static line => line == "EXTEND_TIMEOUT_USEC=30000000", "a node that starts asks for patience");
        _health.CompleteStart();
        _notices.Look();
        int before = _manager.Messages.Count;

        await BeatsAsync(time, TimeSpan.FromSeconds(15), before + 1);
        await BeatsAsync(time, TimeSpan.FromSeconds(15), before + 2);
        Assert.All(_manager.Messages.Skip(before), static message => Assert.Equal("WATCHDOG=1", message));
        _notices.Stop();
        await BeatsAsync(time, TimeSpan.FromSeconds(15), before + 4);

        Assert.Equal("WATCHDOG=1\nEXTEND_TIMEOUT_USEC=30000000", _manager.Messages[^1]);
        Assert.False(beating.IsCompleted);
    }

    [Fact]
    public void Beat_ThreadPoolGetsNowhere_FallsSilentUntilItDoes()
    {
        TimeSpan half = TimeSpan.FromMilliseconds(20);
        _ = PulseOf(half * 2, TimeProvider.System).BeatAsync(_ended.Token);
        Hear(count: 3);
        // Not disposed: items of the test may outlast it.
        ManualResetEventSlim released = new();

        // Threads come free all the time, and each would look for timers first: only the end of the line tells that nothing gets on.
        // Tests before this one may have left the pool with many threads, which would soon have emptied a line for few.
        TimeSpan each = TimeSpan.FromMilliseconds(50);
        for (int item = 0; item < 100 * Math.Max(Environment.ProcessorCount, ThreadPool.ThreadCount); item++)
        {
            ThreadPool.UnsafeQueueUserWorkItem(each => released.Wait(each), each, preferLocal: false);
        }

        try
        {
            // One beat may have been under way.
            Pass(each * 2);
            int before = _manager.Messages.Count;
            Pass(each * 20);
            Assert.InRange(_manager.Messages.Count - before, 0, 1);
        }
        finally
        {
            released.Set();
        }

        Hear(_manager.Messages.Count + 3);
    }

    private ServicePulse PulseOf(TimeSpan watchdog, TimeProvider time) =>
        new(new Supervisor(_socket, watchdog, PassedSockets.None), _socket, _notices, time);

    private async Task BeatsAsync(FakeTime time, TimeSpan passing, int count)
    {
        await Eventually.UntilAsync(() => time.ArmedTimers > 0, "the pulse waits for its next beat");
        time.Advance(passing);
        await Eventually.UntilAsync(() => _manager.Messages.Count >= count, $"{count} messages are heard");
    }

    // On the test's own thread: the pool's are stuck.
    private void Hear(int count) => Assert.True(
        SpinWait.SpinUntil(() => _manager.Messages.Count >= count, Eventually.DefaultDeadline), $"{count} messages were not heard");

    private static void Pass(TimeSpan time)
    {
        long begin = Stopwatch.GetTimestamp();
        SpinWait.SpinUntil(() => Stopwatch.GetElapsedTime(begin) >= time);
    }
}
