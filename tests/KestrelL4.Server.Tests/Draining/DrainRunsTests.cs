using KestrelL4.Server.Draining;
using Microsoft.Extensions.Logging.Abstractions;

namespace KestrelL4.Server.Tests.Draining;

public sealed class DrainRunsTests
{
    private readonly DrainRuns _runs = new(NullLogger.Instance);

    [Fact]
    public void Begin_UnderWayAlready_IsTheSameDrain()
    {
        int begun = 0;

        Assert.True(_runs.Begin("echo", Drain));
        Assert.True(_runs.Begin("ECHO", Drain));

        Assert.Equal(1, begun);

        Task Drain(CancellationToken calledOff)
        {
            begun++;
            return Task.Delay(Timeout.InfiniteTimeSpan, calledOff);
        }
    }

    [Fact]
    public void Begin_CalledOffBefore_BeginsAnew()
    {
        List<CancellationToken> begun = [];

        _runs.Begin("echo", Drain);
        _runs.CallOff("echo");
        _runs.Begin("echo", Drain);

        Assert.Equal([true, false], begun.Select(static calledOff => calledOff.IsCancellationRequested));

        Task Drain(CancellationToken calledOff)
        {
            begun.Add(calledOff);
            return Task.CompletedTask;
        }
    }

    [Fact]
    public void Begin_AfterTheEnd_DoesNothing()
    {
        bool hasBegun = false;
        _runs.End();

        bool taken = _runs.Begin("echo", _ =>
        {
            hasBegun = true;
            return Task.CompletedTask;
        });

        Assert.False(taken);
        Assert.False(hasBegun);
    }

    [Fact]
    public async Task End_WhileDrainsBegin_LeavesNoneUnderWay()
    {
        for (int round = 0; round < 50; round++)
        {
            DrainRuns runs = new(NullLogger.Instance);
            List<CancellationToken> begun = [];
            using Barrier together = new(2);
            Task beginning = Task.Run(() =>
            {
                together.SignalAndWait();
                for (int number = 0; number < 100_000 && runs.Begin($"{number}", Drain); number++)
                {
                }
            });

            together.SignalAndWait();
            runs.End();
            await beginning.WaitAsync(Testing.Eventually.DefaultDeadline);

            Assert.All(begun, static calledOff => Assert.True(calledOff.IsCancellationRequested));

            Task Drain(CancellationToken calledOff)
            {
                begun.Add(calledOff);
                return Task.CompletedTask;
            }
        }
    }
}
