using KestrelL4.Server.Listeners;

namespace KestrelL4.Server.Tests.Listeners;

public sealed class NodeListeningTests : IDisposable
{
    // Nothing listens here: the gate is all there is to it.
    private readonly NodeListening _listening = new(new ServedApplications(), null!);

    public void Dispose() => _listening.Dispose();

    [Fact]
    public async Task BeginChange_CalledOffWhileItsTurnComes_IsCancelledAndLetsTheNextOneIn()
    {
        // The semaphore gives the turn also to one that was cancelled just before; which of both comes first is a race.
        for (int round = 0; round < 200; round++)
        {
            using CancellationTokenSource calledOff = new();
            IDisposable change = await _listening.BeginChangeAsync();
            Task<IDisposable> waiting = _listening.BeginChangeAsync(calledOff.Token);

            calledOff.Cancel();
            change.Dispose();

            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        }

        using IDisposable next = await _listening.BeginChangeAsync().WaitAsync(TimeSpan.FromSeconds(10));
    }
}
