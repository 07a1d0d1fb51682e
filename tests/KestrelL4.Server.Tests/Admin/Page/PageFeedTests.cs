using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using KestrelL4.Server.Admin.Answers;
using KestrelL4.Server.Admin.Page;
using KestrelL4.Server.Health;
using KestrelL4.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace KestrelL4.Server.Tests.Admin.Page;

public sealed class PageFeedTests : IAsyncLifetime
{
    private readonly FakeTime _time = new();
    private readonly CancellationTokenSource _ended = new();
    private readonly TrafficHistory _history;
    private readonly PageFeed _feed;
    private NodeStatus _status;
    private int _looks;

    public PageFeedTests()
    {
        _history = new TrafficHistory(static () => [], NullLogger<TrafficHistory>.Instance, _time);
        _status = StatusOf(Application("a"), Application("b"));
        _feed = new PageFeed(Look, _history, _time);
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await _ended.CancelAsync();
        await _history.DisposeAsync();
        _ended.Dispose();
    }

    [Fact]
    public async Task FollowAsync_First_TellsAllThereIs()
    {
        await using Page page = new(_feed.FollowAsync(_ended.Token));

        Assert.Equal(["history", "application a", "application b", "node"], await page.LookAsync());
    }

    [Fact]
    public async Task FollowAsync_OneApplicationChanged_TellsThatOneAndTheNode()
    {
        await using Page page = new(_feed.FollowAsync(_ended.Token));
        await page.LookAsync();

        Assert.Equal(["node"], await AfterASecondAsync(page));
        _status = StatusOf(Application("a"), Application("b") with { Connections = 9 });
        Assert.Equal(["application b", "node"], await AfterASecondAsync(page));
        Assert.Equal(["node"], await AfterASecondAsync(page));
    }

    [Fact]
    public async Task FollowAsync_RemovedApplicationDrainsBesideItsSuccessor_TellsBoth()
    {
        _status = StatusOf(Application("a") with { Status = ComponentStatus.Draining }, Application("a"), Application("b"));
        await using Page page = new(_feed.FollowAsync(_ended.Token));

        Assert.Equal(["history", "application a", "application a/2", "application b", "node"], await page.LookAsync());
        Assert.Equal("""["a","a/2","b"]""", JsonDocument.Parse(page.Last).RootElement.GetProperty("applications").GetRawText());
        _status = StatusOf(Application("a"), Application("b"));
        Assert.Equal(["node"], await AfterASecondAsync(page));
    }

    [Fact]
    public void PageFrame_WithOthersAfterIt_IsLetGo()
    {
        (WeakReference first, PageFrame last) = FollowedFrame();

        GC.Collect();

        Assert.False(first.IsAlive, "an open page costs memory for each second that it has been open");
        GC.KeepAlive(last);
    }

    [Fact]
    public async Task FollowAsync_ManyPages_AreToldOfTheSameLook()
    {
        await using Page one = new(_feed.FollowAsync(_ended.Token));
        await using Page other = new(_feed.FollowAsync(_ended.Token));
        await one.LookAsync();
        await other.LookAsync();

        Task<List<string>> first = one.LookAsync();
        Task<List<string>> second = other.LookAsync();
        await Eventually.UntilAsync(() => _time.ArmedTimers == 2, "both pages wait");
        _time.Advance(PageFeed.Interval);
        await first;
        await second;

        Assert.Equal(2, _looks);
        Assert.Same(one.Last, other.Last);
    }

    [Fact]
    public async Task FollowAsync_PageThatDoesNotRead_MissesLooksAndNoNews()
    {
        _history.Start();
        await using Page slow = new(_feed.FollowAsync(_ended.Token));
        await using Page quick = new(_feed.FollowAsync(_ended.Token));
        await slow.LookAsync();
        await quick.LookAsync();
        _status = StatusOf(Application("a") with { Connections = 1 }, Application("b"));
        await AfterASecondAsync(quick);
        Assert.Contains("sample", await AfterASecondAsync(quick));
        await AfterASecondAsync(quick);
        Assert.Contains("sample", await AfterASecondAsync(quick));

        // Two samples were taken since, so it is given all of them.
        Assert.Equal(["history", "application a", "node"], await slow.LookAsync());
        Assert.Equal(5, _looks);
    }

    [Fact]
    public async Task FollowAsync_NobodyReads_TheNodeIsNotLookedAt()
    {
        await using (Page page = new(_feed.FollowAsync(_ended.Token)))
        {
            await page.LookAsync();
        }

        _time.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal((1, 0), (_looks, _time.ArmedTimers));
    }

    [Fact]
    public async Task FollowAsync_Ended_EndsTheStream()
    {
        await using Page page = new(_feed.FollowAsync(_ended.Token));
        await page.LookAsync();
        Task<List<string>> next = page.LookAsync();

        await _ended.CancelAsync();

        Assert.Empty(await next);
    }

    [Fact]
    public void ApplicationNews_ManyUpstreams_ShowsThoseOutFirstAndCountsAll()
    {
        UpstreamStatus[] upstreams =
        [
            .. Enumerable.Range(0, 1000).Select(static number => Upstream($"u{number}", number switch { 990 => "down", 995 => "full", 7 => "quarantined", _ => "available" })),
        ];

        ApplicationNews news = ApplicationNews.Of("a", Application("a") with { Upstreams = upstreams }, applications: 100);

        Assert.Equal(["u990", "u7", "u995", "u0", "u1"], news.Application.Upstreams.Take(5).Select(static each => each.Name));
        Assert.Equal((20, 980), (news.Application.Upstreams.Count, news.Left));
        Assert.Equal((997, 1, 1, 1), (news.Upstreams["available"], news.Upstreams["down"], news.Upstreams["full"], news.Upstreams["quarantined"]));
    }

    // In a method of its own, so that no variable of the test still holds the first.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static (WeakReference First, PageFrame Last) FollowedFrame()
    {
        TrafficRecord traffic = new(0, []);
        PageFrame first = new(StatusOf(Application("a")), traffic, DateTimeOffset.UnixEpoch, before: null);
        PageFrame second = new(StatusOf(Application("a")), traffic, DateTimeOffset.UnixEpoch, first);
        return (new WeakReference(first), new PageFrame(StatusOf(Application("a")), traffic, DateTimeOffset.UnixEpoch, second));
    }

    private static ApplicationStatus Application(string name) => new()
    {
        Name = name,
        Listen = "127.0.0.1:1",
        Open = true,
        Status = ComponentStatus.Healthy,
        Connections = 0,
        Queued = 0,
        Totals = new Dictionary<string, long> { ["completed"] = 5, ["not_authorized"] = 2 },
        Upstreams = [Upstream("u1", "available")],
    };

    private static UpstreamStatus Upstream(string name, string status) => new()
    {
        Name = name,
        Address = "127.0.0.1:2",
        Status = status,
        Connections = 0,
        Total = 0,
        Since = DateTimeOffset.UnixEpoch,
    };

    private static NodeStatus StatusOf(params ApplicationStatus[] applications) => new()
    {
        Status = ComponentStatus.Healthy,
        Components = new Dictionary<string, ComponentState>(),
        Version = "1.2.3",
        Node = "node1",
        StartedAt = DateTimeOffset.UnixEpoch,
        Configuration = new ConfigurationStatus("abc", DateTimeOffset.UnixEpoch),
        Identity = new IdentityStatus(null, null),
        Registry = new RegistryStatus("file", 0, 1, 1, 0, Stale: false),
        Authority = null,
        Applications = applications,
        Limits = [],
    };

    private NodeStatus Look()
    {
        Interlocked.Increment(ref _looks);
        return _status;
    }

    private async Task<List<string>> AfterASecondAsync(Page page)
    {
        int waiting = _time.ArmedTimers;
        Task<List<string>> next = page.LookAsync();
        await Eventually.UntilAsync(() => _time.ArmedTimers > waiting, "the page waits for the next look");
        _time.Advance(PageFeed.Interval);
        return await next;
    }

    /// <summary>Reads a stream as a page does.</summary>
    private sealed class Page(IAsyncEnumerable<SseItem<byte[]>> stream) : IAsyncDisposable
    {
        private readonly IAsyncEnumerator<SseItem<byte[]>> _events = stream.GetAsyncEnumerator();

        /// <summary>The text of the last event.</summary>
        public byte[] Last { get; private set; } = [];

        /// <summary>The events of one look, up to the node; those of applications with their keys.</summary>
        public async Task<List<string>> LookAsync()
        {
            List<string> seen = [];
            while (await _events.MoveNextAsync())
            {
                Last = _events.Current.Data;
                string type = _events.Current.EventType;
                seen.Add(type == "application" ? $"{type} {KeyOf(Last)}" : type);
                if (type == "node")
                {
                    break;
                }
            }

            return seen;
        }

        public ValueTask DisposeAsync() => _events.DisposeAsync();

        private static string? KeyOf(byte[] text) => JsonDocument.Parse(text).RootElement.GetProperty("key").GetString();
    }
}
