using System.Diagnostics.Metrics;
using System.Net;
using KestrelL4.Accounting;
using KestrelL4.Registry;
using KestrelL4.Tls;
using KestrelL4.Upstreams;

namespace KestrelL4.Tests.Accounting;

public sealed class ConnectionLogTests : IDisposable
{
    private readonly FakeTime _time = new();
    private readonly RecordedLog _log = new();
    private readonly Meter _meter = new("KestrelL4.Tests.Log");
    private readonly ConnectionAccounting _accounting;
    private readonly Application _application;

    public ConnectionLogTests()
    {
        _accounting = new ConnectionAccounting(_meter, _log, _time);
        _application = new Application("echo", [], accounting: _accounting, time: _time);
    }

    [Fact]
    public void Dispose_ConnectionWithAllItsFacts_WritesThemInOneLine()
    {
        ProxiedConnection connection = _application.Open("C1", new IPEndPoint(IPAddress.Loopback, 4711));
        connection.Certificate = Trusted.Certificate("5F:3A", notAfter: _time.Start.AddDays(1));
        _time.Advance(TimeSpan.FromMilliseconds(20));
        connection.HandshakeSucceeded();
        connection.Client = new Client { Name = "alice", Grants = new Dictionary<string, Grant>() };
        connection.Connected(new Upstream("db1", new IPEndPoint(IPAddress.Loopback, 1)), TimeSpan.FromMilliseconds(3));
        connection.Count(Direction.Received, 10);
        connection.Count(Direction.Sent, 20);
        _time.Advance(TimeSpan.FromMilliseconds(80));
        connection.Conclude(CloseReason.Completed);

        connection.Dispose();
        connection.Dispose();

        (string text, IReadOnlyDictionary<string, object?> fields, _) = Assert.Single(_log.Lines);
        Assert.Equal("C1", fields["ConnectionId"]);
        Assert.Equal("echo", fields["Application"]);
        Assert.Equal("alice", fields["Client"]);
        Assert.Equal("5F3A", fields["SerialNumber"]);
        Assert.Equal(connection.Peer, fields["Peer"]);
        Assert.Equal("db1", fields["Upstream"]);
        Assert.Equal("completed", fields["CloseReason"]);
        Assert.Null(fields["Cause"]);
        Assert.Equal((10L, 20L), (fields["BytesReceived"], fields["BytesSent"]));
        Assert.Equal((20.0, 3.0, 100.0), (fields["HandshakeMilliseconds"], fields["ConnectMilliseconds"], fields["Milliseconds"]));
        Assert.StartsWith("Connection C1 of echo ended: completed", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Dispose_HandshakeFailed_NamesTheCause()
    {
        ProxiedConnection connection = _application.Open("C1", null);
        connection.HandshakeFailure = HandshakeFailure.UnknownIssuer;
        connection.Conclude(CloseReason.HandshakeFailed);

        connection.Dispose();

        Assert.Equal("unknown_issuer", Assert.Single(_log.Lines).Fields["Cause"]);
    }

    [Fact]
    public void Dispose_NoStepGaveAReason_IsAnInternalError()
    {
        _application.Open("C1", null).Dispose();

        Assert.Equal("internal_error", Assert.Single(_log.Lines).Fields["CloseReason"]);
        Assert.Equal(1, _application.Counters.ConnectionsEnded(CloseReason.InternalError));
    }

    [Theory]
    [InlineData(CloseReason.NodeLimited)]
    [InlineData(CloseReason.SourceLimited)]
    [InlineData(CloseReason.ProxyHeaderInvalid)]
    [InlineData(CloseReason.HandshakeFailed)]
    public void Write_FloodBeforeAuthentication_IsTenLinesASecondAndOneSummary(CloseReason reason)
    {
        End(reason, 100);
        Assert.Equal(10, _log.Lines.Count);

        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(11, _log.Lines.Count);
        Assert.Equal(90, _log.Lines.Last().Fields["Count"]);

        End(reason, 30);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(22, _log.Lines.Count);
        Assert.Equal(20, _log.Lines.Last().Fields["Count"]);

        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(22, _log.Lines.Count);
    }

    [Fact]
    public void Write_TenASecond_NeedsNoSummary()
    {
        for (int second = 0; second < 3; second++)
        {
            End(CloseReason.HandshakeFailed, 10);
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(30, _log.Lines.Count);
    }

    [Fact]
    public void Write_KnownClients_AreNeverWithheld()
    {
        End(CloseReason.HandshakeFailed, 100);

        End(CloseReason.RateLimited, 50);
        End(CloseReason.UnknownClient, 50);

        Assert.Equal(110, _log.Lines.Count);
    }

    [Fact]
    public void Dispose_LinesWithheld_TellsHowManyBeforeTheEnd()
    {
        End(CloseReason.HandshakeFailed, 15);

        _accounting.Dispose();

        Assert.Equal(11, _log.Lines.Count);
        Assert.Equal(5, _log.Lines.Last().Fields["Count"]);
    }

    public void Dispose()
    {
        _accounting.Dispose();
        _meter.Dispose();
    }

    private void End(CloseReason reason, int count)
    {
        for (int i = 0; i < count; i++)
        {
            using ProxiedConnection connection = _application.Open(ConnectionIds.Next(), null);
            connection.Conclude(reason);
        }
    }
}
