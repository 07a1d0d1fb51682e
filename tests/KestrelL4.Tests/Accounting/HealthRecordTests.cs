using System.Net;
using KestrelL4.Accounting;
using KestrelL4.Upstreams;
using Microsoft.Extensions.Logging;

namespace KestrelL4.Tests.Accounting;

/// <summary>A change of an upstream's health is one line and one count; an attempt that finds it as it was is none.</summary>
public sealed class HealthRecordTests : IDisposable
{
    private readonly FakeTime _time = new();
    private readonly RecordedMetrics _metrics = new();
    private readonly RecordedLog _log = new();
    private readonly ConnectionAccounting _accounting;
    private readonly Application _application;
    private readonly Upstream _upstream = new("db1", new IPEndPoint(IPAddress.Loopback, 1));

    public HealthRecordTests()
    {
        _accounting = new ConnectionAccounting(_metrics.Meter, _log, _time);
        _application = new Application("echo", [_upstream], accounting: _accounting, time: _time);
    }

    [Fact]
    public void Report_DownAgainAndAgain_IsOneWarningAndOneCount()
    {
        _application.Report(_upstream, UpstreamHealth.Down, "connection refused");
        _application.Report(_upstream, UpstreamHealth.Down, "timed out");

        (string text, _, LogLevel level) = Assert.Single(_log.Lines);
        Assert.Equal((LogLevel.Warning, "Upstream db1 of echo is down: connection refused"), (level, text));
        Assert.Equal((1, 0, 0), Changes());
        Assert.Equal("timed out", _upstream.HealthReason);
    }

    [Fact]
    public void Report_BackAfterTwoKindsOfOut_TellsHowLongItWasOutInAll()
    {
        _application.Report(_upstream, UpstreamHealth.Quarantined, "3 dials failed");
        _time.Advance(TimeSpan.FromSeconds(10));
        _application.Report(_upstream, UpstreamHealth.Down, "connection refused");
        _time.Advance(TimeSpan.FromSeconds(5));
        _application.Report(_upstream, UpstreamHealth.Healthy);
        _application.Report(_upstream, UpstreamHealth.Healthy);

        (string text, IReadOnlyDictionary<string, object?> fields, LogLevel level) = _log.Lines.Last();
        Assert.Equal(3, _log.Lines.Count);
        Assert.Equal((LogLevel.Information, "Upstream db1 of echo is back after 15s"), (level, text));
        Assert.Equal("15s", fields["OutFor"]);
        Assert.Equal((1, 1, 1), Changes());
    }

    public void Dispose()
    {
        _accounting.Dispose();
        _metrics.Dispose();
    }

    private (double Down, double Quarantined, double Available) Changes()
    {
        IReadOnlyDictionary<string, double> values = _metrics.Scrape();
        return (Of("down"), Of("quarantined"), Of("available"));

        double Of(string status) => values[$"kestrell4.upstream.health.changes{{application=echo,upstream=db1,status={status}}}"];
    }
}
