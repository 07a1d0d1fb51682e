using System.Globalization;
using System.Net;
using KestrelL4.Accounting;
using KestrelL4.RateLimiting;
using KestrelL4.Registry;
using KestrelL4.Tls;
using KestrelL4.Upstreams;

namespace KestrelL4.Tests.Accounting;

public sealed class InstrumentsTests : IDisposable
{
    private readonly FakeTime _time = new();
    private readonly RecordedMetrics _metrics = new();
    private readonly ConnectionAccounting _accounting;
    private readonly Application _application;

    public InstrumentsTests()
    {
        _accounting = new ConnectionAccounting(_metrics.Meter, new RecordedLog(), _time);
        _application = new Application(
            "echo",
            [new Upstream("db1", new IPEndPoint(IPAddress.Loopback, 1)) { MaxConnections = 1 }, new Upstream("db2", new IPEndPoint(IPAddress.Loopback, 2)) { Weight = 0 }],
            accounting: _accounting,
            time: _time);
    }

    [Fact]
    public void Constructor_AllInstruments_HaveTheirNamesAndUnits()
    {
        Assert.Equal(
            new SortedDictionary<string, string?>
            {
                ["kestrell4.bytes"] = "By",
                ["kestrell4.connection.duration"] = "s",
                ["kestrell4.connections"] = "{connection}",
                ["kestrell4.connections.accepted"] = "{connection}",
                ["kestrell4.connections.active"] = "{connection}",
                ["kestrell4.connections.queued"] = "{connection}",
                ["kestrell4.handshake.duration"] = "s",
                ["kestrell4.handshakes"] = "{handshake}",
                ["kestrell4.rate_limited"] = "{connection}",
                ["kestrell4.upstream.available"] = null,
                ["kestrell4.upstream.connect.duration"] = "s",
                ["kestrell4.upstream.connections"] = "{connection}",
                ["kestrell4.upstream.connections.active"] = "{connection}",
                ["kestrell4.upstream.connections.limit"] = "{connection}",
                ["kestrell4.upstream.health.changes"] = "{change}",
            },
            _metrics.Units);
    }

    [Fact]
    public void Record_AConnection_CountsItInEveryInstrumentOnce()
    {
        using ProxiedConnection open = _application.Open("open", null);
        using (ProxiedConnection connection = _application.Open("C1", null))
        {
            connection.Client = new Client { Name = "alice-the-client", Grants = new Dictionary<string, Grant>() };
            _time.Advance(TimeSpan.FromMilliseconds(20));
            connection.HandshakeSucceeded();
            connection.Connected(_application.Upstreams[0], TimeSpan.FromMilliseconds(3));
            connection.Count(Direction.Received, 10);
            connection.Count(Direction.Sent, 20);
            connection.Conclude(CloseReason.UpstreamAborted);
        }

        _application.Counters.RateLimited(RateLimitScope.Client);
        _application.Upstreams[0].CountDial(DialResult.Refused);
        _application.Upstreams[0].Enter();
        IReadOnlyDictionary<string, double> values = _metrics.Scrape();

        Assert.Equal(2, values["kestrell4.connections.accepted{application=echo}"]);
        Assert.Equal(1, values["kestrell4.connections.active{application=echo}"]);
        Assert.Equal(1, values["kestrell4.connections{application=echo,reason=upstream_aborted}"]);
        Assert.Equal(0, values["kestrell4.connections{application=echo,reason=completed}"]);
        Assert.Equal(1, values["kestrell4.handshakes{application=echo,result=succeeded,cause=}"]);
        Assert.Equal(10, values["kestrell4.bytes{application=echo,direction=received}"]);
        Assert.Equal(20, values["kestrell4.bytes{application=echo,direction=sent}"]);
        Assert.Equal(1, values["kestrell4.rate_limited{application=echo,scope=client}"]);
        Assert.Equal(1, values["kestrell4.upstream.connections{application=echo,upstream=db1,result=refused}"]);
        Assert.Equal(1, values["kestrell4.upstream.connections.active{application=echo,upstream=db1}"]);
        Assert.Equal(1, values["kestrell4.upstream.connections.limit{application=echo,upstream=db1}"]);
        Assert.DoesNotContain("kestrell4.upstream.connections.limit{application=echo,upstream=db2}", values.Keys);
        Assert.Equal(0, values["kestrell4.upstream.available{application=echo,upstream=db1}"]);
        Assert.Equal(1, values["kestrell4.upstream.available{application=echo,upstream=db2}"]);
        Assert.Equal(0.02, values["kestrell4.handshake.duration{}"]);
        Assert.Equal(0.003, values["kestrell4.upstream.connect.duration{}"]);
        Assert.Equal(0.02, values["kestrell4.connection.duration{}"]);
        Assert.DoesNotContain(values.Keys, static series => series.Contains("alice", StringComparison.Ordinal));
        open.Conclude(CloseReason.Completed);
    }

    [Fact]
    public void Record_HandshakeFailed_CountsItsCauseAndNoDuration()
    {
        using (ProxiedConnection connection = _application.Open("C1", null))
        {
            connection.HandshakeFailure = HandshakeFailure.Expired;
            connection.Conclude(CloseReason.HandshakeFailed);
        }

        IReadOnlyDictionary<string, double> values = _metrics.Scrape();

        Assert.Equal(1, values["kestrell4.handshakes{application=echo,result=failed,cause=expired}"]);
        Assert.Equal(1, _application.Counters.HandshakesFailed(HandshakeFailure.Expired));
        Assert.DoesNotContain("kestrell4.handshake.duration{}", values.Keys);
    }

    [Fact]
    public void Word_EveryCloseReason_IsItsNameInSnakeCase()
    {
        foreach (CloseReason reason in Enum.GetValues<CloseReason>())
        {
            string name = string.Concat(reason.ToString().Select(static (letter, index) =>
                char.IsUpper(letter) ? (index > 0 ? "_" : "") + char.ToLower(letter, CultureInfo.InvariantCulture) : letter.ToString()));
            Assert.Equal(name, reason.Word());
        }
    }

    public void Dispose()
    {
        _accounting.Dispose();
        _metrics.Dispose();
    }
}
