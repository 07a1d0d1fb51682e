using System.Net;
using System.Runtime.CompilerServices;
using KestrelL4.Accounting;
using KestrelL4.Upstreams;

namespace KestrelL4.Tests.Accounting;

/// <summary>Which series there are when upstreams and applications come, move and go.</summary>
public sealed class RememberedSeriesTests : IDisposable
{
    private const string Dials = "kestrell4.upstream.connections{application=echo,upstream=db1,result=refused}";
    private const string Active = "kestrell4.upstream.connections.active{application=echo,upstream=db1}";
    private const string Available = "kestrell4.upstream.available{application=echo,upstream=db1}";
    private const string Accepted = "kestrell4.connections.accepted{application=echo}";

    private readonly FakeTime _time = new();
    private readonly RecordedMetrics _metrics = new();
    private readonly ConnectionAccounting _accounting;
    private readonly Upstream _upstream = new("db1", new IPEndPoint(IPAddress.Loopback, 1));
    private readonly Application _application;

    public RememberedSeriesTests()
    {
        _accounting = new ConnectionAccounting(_metrics.Meter, new RecordedLog(), _time);
        _application = Make(_upstream);
    }

    [Fact]
    public void Upstream_Moved_GoesOnInOneSeriesAndNeverFalls()
    {
        _application.UpstreamSet.Pick([]);
        _upstream.CountDial(DialResult.Refused);
        Upstream moved = new("db1", new IPEndPoint(IPAddress.Loopback, 2));
        _application.Upstreams = [moved];
        moved.CountDial(DialResult.Refused);
        _application.UpstreamSet.Pick([]);

        IReadOnlyDictionary<string, double> values = _metrics.Scrape();

        Assert.Equal((2, 2, 1), (values[Dials], values[Active], values[Available]));
        Assert.Empty(_metrics.Doubled);
        moved.IsDraining = true;
        Assert.Equal(0, _metrics.Scrape()[Available]);
    }

    [Fact]
    public void Upstream_Removed_IsToldForTenMinutes()
    {
        _upstream.CountDial(DialResult.Refused);
        _application.Upstreams = [];
        _time.Advance(UpstreamSet.Memory - TimeSpan.FromSeconds(1));
        IReadOnlyDictionary<string, double> values = _metrics.Scrape();
        Assert.Equal((1, 0, 0), (values[Dials], values[Active], values[Available]));

        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.DoesNotContain(_metrics.Scrape().Keys, static series => series.Contains("db1", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Upstream_RemovedDuringTheScrape_IsNotCountedTwice()
    {
        _upstream.CountDial(DialResult.Refused);
        using CancellationTokenSource enough = new(TimeSpan.FromMilliseconds(500));
        Task changing = Task.Run(() =>
        {
            while (!enough.IsCancellationRequested)
            {
                _application.Upstreams = [];
                _application.Upstreams = [_upstream];
            }
        });
        double most = 0;
        while (!enough.IsCancellationRequested)
        {
            most = Math.Max(most, _metrics.Scrape().GetValueOrDefault(Dials));
        }

        await changing;
        Assert.Equal(1, most);
    }

    [Fact]
    public void Application_Removed_IsToldForTenMinutesAfterItsLastConnection()
    {
        ProxiedConnection connection = _application.Open("C1", null);
        _application.IsRemoved = true;
        _time.Advance(TimeSpan.FromHours(1));
        connection.Dispose();
        _time.Advance(UpstreamSet.Memory - TimeSpan.FromSeconds(1));
        Assert.Equal(1, _metrics.Scrape()[Accepted]);

        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.DoesNotContain(_metrics.Scrape().Keys, static series => series.Contains("application=echo", StringComparison.Ordinal));
    }

    [Fact]
    public void Application_RemovedWithoutEverAccepting_IsToldNoMore()
    {
        _application.IsRemoved = true;

        Assert.Empty(_metrics.Scrape());
    }

    [Fact]
    public void Application_OfferedAgainAsANewOne_TakesTheSeriesOver()
    {
        _application.Open("C1", null).Dispose();
        _application.IsRemoved = true;
        Application again = Make();

        again.Open("C2", null).Dispose();
        again.Open("C3", null).Dispose();

        Assert.Equal(2, _metrics.Scrape()[Accepted]);
        Assert.Empty(_metrics.Doubled);
    }

    [Fact]
    public void Application_ForgottenAndNobodyScrapes_IsLetGo()
    {
        WeakReference forgotten = Forgotten();

        Make();

        GC.Collect();
        Assert.False(forgotten.IsAlive);
    }

    public void Dispose()
    {
        _accounting.Dispose();
        _metrics.Dispose();
    }

    // Not inlined, so that no local of the caller keeps it.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private WeakReference Forgotten() => new(new Application("forgotten", [], accounting: _accounting, time: _time) { IsRemoved = true });

    private Application Make(params Upstream[] upstreams) => new("echo", upstreams, accounting: _accounting, time: _time);
}
