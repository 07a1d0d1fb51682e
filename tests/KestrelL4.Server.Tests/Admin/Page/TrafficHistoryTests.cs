using KestrelL4.Server.Admin.Page;
using KestrelL4.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace KestrelL4.Server.Tests.Admin.Page;

public sealed class TrafficHistoryTests : IAsyncLifetime
{
    private readonly FakeTime _time = new();
    private readonly Application _echo = new("echo", []);
    private readonly Application _quiet = new("quiet", []);
    private List<Application> _served;
    private readonly TrafficHistory _history;

    public TrafficHistoryTests()
    {
        _served = [_echo, _quiet];
        _history = new TrafficHistory(() => _served, NullLogger<TrafficHistory>.Instance, _time);
    }

    public Task InitializeAsync()
    {
        _history.Start();
        return Task.CompletedTask;
    }

    public async Task DisposeAsync() => await _history.DisposeAsync();

    [Fact]
    public async Task Sample_AfterTraffic_TellsWhatTheSpanBrought()
    {
        Refuse(_echo, CloseReason.NotAuthorized);
        using ProxiedConnection open = _echo.Open("open", null);
        _echo.Counters.Count(Direction.Received, 100);
        TrafficSample first = await SampleAsync();
        Refuse(_echo, CloseReason.RateLimited);
        Refuse(_echo, CloseReason.RateLimited);
        _echo.Counters.Count(Direction.Sent, 7);

        TrafficSample second = await SampleAsync();

        Assert.Equal((1, 100, 0, 2.0), (first.Connections, first.BytesReceived, first.BytesSent, first.Seconds));
        Assert.Equal([new("not_authorized", 1)], first.Refusals);
        Assert.Equal((1, 0, 7), (second.Connections, second.BytesReceived, second.BytesSent));
        Assert.Equal([new("rate_limited", 2)], second.Refusals);
        Assert.Equal([new ApplicationTraffic("echo", 1, 0, 7, 2)], second.Applications);
        Assert.Equal(_time.Start.AddSeconds(4), second.At);
    }

    [Fact]
    public async Task Sample_EndsThatAreNoRefusals_AreNotCountedAsSuch()
    {
        foreach (CloseReason reason in Enum.GetValues<CloseReason>().Where(static reason => reason > CloseReason.UpstreamConnectFailed))
        {
            Refuse(_echo, reason);
        }

        Assert.Empty((await SampleAsync()).Refusals);
    }

    [Fact]
    public async Task Sample_ApplicationOfTheSameNameMadeAnew_BeginsAtZero()
    {
        Refuse(_echo, CloseReason.NoUpstream);
        Refuse(_echo, CloseReason.NoUpstream);
        await SampleAsync();
        Application again = new("echo", []);
        _served = [again];
        Refuse(again, CloseReason.NoUpstream);

        Assert.Equal([new("no_upstream", 1)], (await SampleAsync()).Refusals);
    }

    [Fact]
    public async Task Sample_RemovedApplicationDrainsBesideItsSuccessor_CountsBothUnderTheirName()
    {
        using ProxiedConnection draining = _echo.Open("draining", null);
        Application successor = new("echo", []);
        _served = [_echo, successor];
        using ProxiedConnection open = successor.Open("open", null);
        successor.Counters.Count(Direction.Received, 5);
        _echo.Counters.Count(Direction.Received, 2);

        Assert.Equal([new ApplicationTraffic("echo", 2, 7, 0, 0)], (await SampleAsync()).Applications);
    }

    [Fact]
    public async Task Record_ManySamples_KeepsFiveMinutes()
    {
        for (int sample = 0; sample < TrafficHistory.Most + 3; sample++)
        {
            await SampleAsync();
        }

        Assert.Equal(TrafficHistory.Most, _history.Record.Samples.Count);
        Assert.Equal(TimeSpan.FromMinutes(5), TrafficHistory.Most * TrafficHistory.Interval);
        Assert.Equal(_time.GetUtcNow(), _history.Record.Samples[^1].At);
        Assert.Equal(_time.GetUtcNow() - TimeSpan.FromMinutes(5) + TrafficHistory.Interval, _history.Record.Samples[0].At);
    }

    [Fact]
    public async Task Sample_TakingOneFails_GoesOnWithTheNext()
    {
        List<Application> before = _served;
        _served = null!;
        _time.Advance(TrafficHistory.Interval);
        await Eventually.UntilAsync(() => _time.ArmedTimers == 1, "the sampler waits for the next");
        _served = before;

        Assert.NotNull(await SampleAsync());
    }

    private static void Refuse(Application application, CloseReason reason)
    {
        using ProxiedConnection connection = application.Open(Guid.NewGuid().ToString(), null);
        connection.Close(reason);
    }

    private async Task<TrafficSample> SampleAsync()
    {
        long before = _history.Record.Number;
        _time.Advance(TrafficHistory.Interval);
        await Eventually.UntilAsync(() => _history.Record.Number == before + 1, "a sample is taken");
        return _history.Record.Samples[^1];
    }
}
