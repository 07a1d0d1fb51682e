using System.Net;
using KestrelL4.Server.Configuration;
using KestrelL4.Server.Listeners;
using KestrelL4.Server.Ports;
using KestrelL4.Server.Transport;
using KestrelL4.Testing.Servers;

namespace KestrelL4.Server.Tests.Ports;

[Collection(ProcessWide.Name)]
public sealed class NodeListeningTests : IAsyncDisposable
{
    private readonly NodeSetUp _setUp = new();
    private readonly Holder _admin = new("admin");
    private readonly NodeListening _listening;

    public NodeListeningTests() => _listening = new NodeListening(new ServedApplications(), _admin, PassedSockets.None);

    [Fact]
    public async Task AlignAsync_AfterAChangeWasRefused_KeepsToTheAddressInForce()
    {
        await using EchoServer stranger = new();
        await _listening.CommitAsync(await _listening.PrepareAsync([], ConfigurationWith(new IPEndPoint(IPAddress.Loopback, 0))));
        BoundAddress? before = _admin.Bound;
        await Assert.ThrowsAsync<BindException>(() => _listening.PrepareAsync([], ConfigurationWith(stranger.EndPoint)));

        await _listening.AlignAsync();

        Assert.Same(before, _admin.Bound);
    }

    [Fact]
    public async Task BeginChangeAsync_OneUnderWay_WaitsForItsEnd()
    {
        IDisposable first = await _listening.BeginChangeAsync();
        Task<IDisposable> second = _listening.BeginChangeAsync();
        Assert.False(second.IsCompleted);

        first.Dispose();

        (await Testing.Eventually.WithinAsync(second, "the next change begins")).Dispose();
    }

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

    public async ValueTask DisposeAsync()
    {
        _listening.Dispose();
        await _setUp.DisposeAsync();
    }

    private NodeConfiguration ConfigurationWith(IPEndPoint admin) =>
        ConfigurationReader.Read(_setUp.With($"Admin:Listen={admin}")).Understood;
}
