using System.Net.Sockets;
using KestrelL4.Sockets;
using KestrelL4.Testing;

namespace KestrelL4.Tests.Sockets;

public sealed class ReadinessTests
{
    private readonly Readiness _readiness = new();

    [Fact]
    public void WaitAsync_ToldBefore_IsOver()
    {
        _readiness.Tell();

        Assert.True(_readiness.WaitAsync().IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Tell_SomebodyWaits_GoesOnOnTheTellersThread()
    {
        Task<int> waiting = ThreadAfterWaitAsync();
        Assert.False(waiting.IsCompleted);

        _readiness.Tell();

        Assert.True(waiting.IsCompleted);
        Assert.Equal(Environment.CurrentManagedThreadId, await waiting);
    }

    [Fact]
    public void TryTake_ToldTwice_OnceOnly()
    {
        Assert.False(_readiness.TryTake());
        _readiness.Tell();
        _readiness.Tell();

        Assert.True(_readiness.TryTake());
        Assert.False(_readiness.TryTake());
    }

    [Fact]
    public async Task Close_SomebodyWaits_FailsAndSoDoesWhoeverComes()
    {
        Task waiting = _readiness.WaitAsync().AsTask();

        _readiness.Close();

        SocketException failure = await Assert.ThrowsAsync<SocketException>(() => waiting);
        Assert.Equal(SocketError.OperationAborted, failure.SocketErrorCode);
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await _readiness.WaitAsync());
        Assert.False(_readiness.TryTake());
    }

    [Fact]
    public async Task Cancel_SomebodyWaits_FailsAndNewsIsKeptForTheNext()
    {
        using CancellationTokenSource cancelling = new();
        Task waiting = _readiness.WaitAsync(cancelling.Token).AsTask();

        await cancelling.CancelAsync();

        OperationCanceledException failure = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        Assert.Equal(cancelling.Token, failure.CancellationToken);
        _readiness.Tell();
        Assert.True(_readiness.WaitAsync().IsCompletedSuccessfully);
    }

    [Fact]
    public async Task WaitAsync_CancelledBefore_Fails()
    {
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await _readiness.WaitAsync(new CancellationToken(canceled: true)));
    }

    [Fact]
    public async Task Tell_WhileOthersWaitTakeAndCancel_NothingIsLost()
    {
        const int Rounds = 20_000;
        int made = 0;
        int seen = 0;
        Task taking = Task.Run(async () =>
        {
            for (int round = 0; seen < Rounds; round++)
            {
                using CancellationTokenSource impatient = new();
                ValueTask wait = _readiness.WaitAsync(impatient.Token);
                if (round % 3 == 0)
                {
                    await impatient.CancelAsync();
                }

                try
                {
                    await wait;
                }
                catch (OperationCanceledException)
                {
                    continue;
                }

                if (_readiness.TryTake())
                {
                    seen = Volatile.Read(ref made);
                }
            }
        });

        // Each news is made before it is told; the last is never told again.
        for (int i = 0; i < Rounds; i++)
        {
            Interlocked.Increment(ref made);
            _readiness.Tell();
        }

        await Eventually.WithinAsync(taking.ContinueWith(static ended => ended.IsCompletedSuccessfully, TaskScheduler.Default), "the last news is seen");
    }

    private async Task<int> ThreadAfterWaitAsync()
    {
        await _readiness.WaitAsync().ConfigureAwait(false);
        return Environment.CurrentManagedThreadId;
    }
}
