using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using KestrelL4.Forwarding;

namespace KestrelL4.Tests.Forwarding;

public sealed class NameResolutionTests : IDisposable
{
    private static readonly IPAddress First = IPAddress.Parse("10.0.0.1");
    private static readonly IPAddress Second = IPAddress.Parse("10.0.0.2");
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(1);

    private readonly FakeTime _time = new();
    private readonly ConcurrentQueue<string> _asked = new();
    private readonly ManualResetEventSlim _answering = new(initialState: true);
    private readonly NameResolution _names;
    private volatile Func<IPAddress[]> _answer = static () => [First];

    public NameResolutionTests() => _names = new NameResolution(
        name =>
        {
            _asked.Enqueue(name);
            _answering.Wait();
            return _answer();
        },
        _time);

    public void Dispose()
    {
        _answering.Set();
        _answering.Dispose();
    }

    [Fact]
    public async Task ResolveAsync_Twice_AnswerIsUsedForASecond()
    {
        Assert.Equal([First], (await ResolveAsync()).Addresses);
        _answer = static () => [Second];
        _time.Advance(TimeSpan.FromMilliseconds(999));
        Assert.Equal([First], (await ResolveAsync()).Addresses);

        _time.Advance(TimeSpan.FromMilliseconds(1));

        Assert.Equal([Second], (await ResolveAsync()).Addresses);
        Assert.Equal(2, _asked.Count);
    }

    [Fact]
    public async Task ResolveAsync_ManyAtOnce_OneLookUpAndNoThreadOfThePool()
    {
        _answering.Reset();
        Task<NameAnswer>[] dials = [.. Enumerable.Range(0, 500).Select(_ => ResolveAsync())];
        await Eventually.UntilAsync(() => !_asked.IsEmpty, "the look-up begins");

        // The pool turns although the name server is silent.
        await Eventually.WithinAsync(Task.Run(static () => true), "the thread pool has a thread");
        _answering.Set();

        Assert.All(await Task.WhenAll(dials), static answer => Assert.Equal([First], answer.Addresses));
        Assert.Single(_asked);
    }

    [Fact]
    public async Task ResolveAsync_LookUpFails_LastGoodAnswerWithTheProblem()
    {
        await ResolveAsync();
        _answer = static () => throw new SocketException((int)SocketError.TryAgain);
        _time.Advance(Long);

        NameAnswer answer = await ResolveAsync();

        Assert.Equal([First], answer.Addresses);
        Assert.Equal("no name server answers, or it fails", answer.Problem);
        _answer = static () => [Second];
        _time.Advance(Long);
        await Eventually.UntilAsync(async () => (await ResolveAsync()) is { Problem: null } good && good.Addresses[0].Equals(Second), "it recovers");
    }

    [Fact]
    public async Task ResolveAsync_NameServerIsSilent_WaitsOnceAndThenNoMore()
    {
        await ResolveAsync();
        _time.Advance(Long);
        _answering.Reset();

        Task<NameAnswer> first = ResolveAsync();
        await Eventually.UntilAsync(() => _time.ArmedTimers > 0, "the first dial waits");
        Assert.False(first.IsCompleted);
        _time.Advance(NameResolution.Patience);
        Assert.Equal([First], (await Eventually.WithinAsync(first, "the old answer is used")).Addresses);

        ValueTask<NameAnswer> second = _names.ResolveAsync("db.internal", CancellationToken.None);
        Assert.True(second.IsCompletedSuccessfully);
        Assert.Equal([First], (await second).Addresses);
        await Eventually.UntilAsync(() => _asked.Count == 2, "the dials share one look-up");
    }

    [Fact]
    public async Task ResolveAsync_FirstLookUpIsSilent_WaitsAsLongAsTheDialMay()
    {
        _answering.Reset();
        using CancellationTokenSource dial = new();
        Task<NameAnswer> resolving = _names.ResolveAsync("db.internal", dial.Token).AsTask();
        await Eventually.UntilAsync(() => !_asked.IsEmpty, "the look-up begins");
        _time.Advance(Long);
        Assert.False(resolving.IsCompleted);

        await dial.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => resolving);
    }

    [Fact]
    public async Task ResolveAsync_NoAddress_IsAskedForAgainASecondLater()
    {
        _answer = static () => throw new SocketException((int)SocketError.HostNotFound);
        NameAnswer none = await ResolveAsync();
        Assert.Empty(none.Addresses);
        Assert.Equal("the name does not exist, or has no address", none.Problem);

        await ResolveAsync();
        Assert.Single(_asked);
        _answer = static () => [First, First];
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal([First], (await ResolveAsync()).Addresses);
    }

    private Task<NameAnswer> ResolveAsync() =>
        Eventually.WithinAsync(_names.ResolveAsync("db.internal", CancellationToken.None).AsTask(), "the name is resolved");
}
