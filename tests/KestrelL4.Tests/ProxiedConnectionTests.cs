using KestrelL4.Forwarding;

namespace KestrelL4.Tests;

public sealed class ProxiedConnectionTests
{
    private const int Rounds = 30_000;

    [Fact]
    public async Task Close_WhileTheRelayIsAttached_CutsItWhoeverIsFirst()
    {
        Application application = new("echo", []);
        CountingEnd[] ends = [.. Enumerable.Range(0, Rounds).Select(static _ => new CountingEnd())];
        ProxiedConnection[] connections = [.. ends.Select(_ => new ProxiedConnection(application, "C1", null, TimeProvider.System))];
        Relay[] relays = [.. ends.Select((end, i) => new Relay(connections[i], end, end, TimeProvider.System))];
        int[] places = [-1, -1];
        Task closing = Task.Factory.StartNew(
            () => InStep(places, 0, i => connections[i].Close(CloseReason.Revoked)), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        InStep(places, 1, i => connections[i].Attach(relays[i]));

        await closing;
        Assert.Equal(0, ends.Count(static end => end.Aborts == 0));
    }

    private static void InStep(int[] places, int self, Action<int> action)
    {
        for (int i = 0; i < Rounds; i++)
        {
            Volatile.Write(ref places[self], i);
            SpinWait wait = default;
            while (Volatile.Read(ref places[1 - self]) < i)
            {
                wait.SpinOnce(sleep1Threshold: -1);
            }

            action(i);
        }
    }

    private sealed class CountingEnd : RelayEnd
    {
        private int _aborts;

        public int Aborts => Volatile.Read(ref _aborts);

        public override ValueTask<int> ReadAsync(Memory<byte> buffer) => new(0);

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer) => ValueTask.CompletedTask;

        public override ValueTask CompleteAsync() => ValueTask.CompletedTask;

        public override void Abort() => Interlocked.Increment(ref _aborts);

        public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

        protected override ValueTask WaitCoreAsync() => ValueTask.CompletedTask;

        protected override void FinishCore() => Abort();
    }
}
