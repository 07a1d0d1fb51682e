using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Net;
using KestrelL4.Accounting;
using KestrelL4.Upstreams;

namespace KestrelL4.Tests.Accounting;

/// <summary>Alone, for whoever listens to an activity source hears the whole process.</summary>
[Collection(ProcessWide.Name)]
public sealed class ConnectionTraceTests : IDisposable
{
    private static readonly Upstream Database = new("db1", new DnsEndPoint("db.internal", 5432));

    private readonly List<Activity> _ended = [];
    private readonly RecordedLog _log = new();
    private readonly Meter _meter = new("KestrelL4.Tests.Trace");
    private readonly ConnectionAccounting _accounting;
    private readonly Application _application;
    private ActivityListener? _listener;

    public ConnectionTraceTests()
    {
        _accounting = new ConnectionAccounting(_meter, _log);
        _application = new Application("echo", [], accounting: _accounting);
    }

    public void Dispose()
    {
        _listener?.Dispose();
        _accounting.Dispose();
        _meter.Dispose();
    }

    [Fact]
    public void Begin_NobodyListens_AllocatesNothing()
    {
        Assert.Null(ConnectionTrace.Begin());
        long before = GC.GetAllocatedBytesForCurrentThread();

        for (int i = 0; i < 1000; i++)
        {
            _ = ConnectionTrace.Begin();
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Connection_NobodyListens_HasNoTraceInItsLine()
    {
        _application.Open("C1", null).Dispose();

        Assert.False(Assert.Single(_log.Lines).Fields.ContainsKey("trace_id"));
    }

    [Fact]
    public void Connection_NotSampled_HasNoTraceInItsLine()
    {
        Listen(ActivitySamplingResult.PropagationData);

        _application.Open("C1", null).Dispose();

        Assert.False(Assert.Single(_log.Lines).Fields.ContainsKey("trace_id"));
    }

    [Fact]
    public void Connection_Sampled_NamesItsTraceInItsLine()
    {
        Listen();

        _application.Open("C1", null).Dispose();

        (string text, IReadOnlyDictionary<string, object?> fields, _) = Assert.Single(_log.Lines);
        string trace = Assert.Single(_ended).TraceId.ToHexString();
        Assert.Equal(trace, fields["trace_id"]);
        Assert.EndsWith($" trace_id={trace}", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Steps_OneAfterTheOther_AreBelowTheConnection()
    {
        Listen();
        ProxiedConnection connection = _application.Open("C1", new IPEndPoint(IPAddress.Loopback, 4711));
        ConnectionTrace trace = connection.Trace!;
        trace.BeginHandshake();
        connection.HandshakeSucceeded();
        trace.BeginDial(Database);
        trace.EndDial(DialResult.Timeout, "too slow");
        trace.BeginDial(Database);
        trace.EndDial(DialResult.Connected, null);
        trace.BeginRelay();
        trace.EndRelay(connection);
        connection.Conclude(CloseReason.Completed);
        connection.Dispose();

        Assert.Equal(["handshake", "dial", "dial", "relay", "connection"], _ended.Select(static span => span.OperationName));
        Activity root = _ended[^1];
        Assert.Equal(default, root.ParentSpanId);
        Assert.All(_ended[..^1], span => Assert.Equal((root.TraceId, root.SpanId), (span.TraceId, span.ParentSpanId)));
        Assert.Equal((ActivityStatusCode.Error, "too slow", "timeout"), (_ended[1].Status, _ended[1].StatusDescription, _ended[1].GetTagItem("error.type")));
        Assert.Equal((ActivityStatusCode.Unset, "db.internal", 5432), (_ended[2].Status, _ended[2].GetTagItem("server.address"), _ended[2].GetTagItem("server.port")));
    }

    [Fact]
    public void Step_BrokenOffByTheEnd_EndsWithTheConnection()
    {
        Listen();
        ProxiedConnection connection = _application.Open("C1", null);
        connection.Trace!.BeginDial(Database);
        connection.Close(CloseReason.ClientAborted);

        connection.Dispose();

        Assert.Equal(["dial", "connection"], _ended.Select(static span => span.OperationName));
        Assert.All(_ended, static span => Assert.Equal(ActivityStatusCode.Unset, span.Status));
    }

    [Fact]
    public void Connection_AmbientActivity_IsItsParentAndStaysCurrent()
    {
        Listen();
        using Activity caller = new Activity("caller").Start();

        ProxiedConnection connection = _application.Open("C1", null);
        connection.Trace!.BeginHandshake();
        Assert.Same(caller, Activity.Current);
        connection.HandshakeSucceeded();
        connection.Dispose();

        Assert.Same(caller, Activity.Current);
        Assert.Equal(caller.SpanId, _ended[^1].ParentSpanId);
    }

    [Theory]
    [InlineData(CloseReason.NoUpstream, ActivityStatusCode.Error)]
    [InlineData(CloseReason.UpstreamAborted, ActivityStatusCode.Error)]
    [InlineData(CloseReason.Shed, ActivityStatusCode.Error)]
    [InlineData(CloseReason.InternalError, ActivityStatusCode.Error)]
    [InlineData(CloseReason.Completed, ActivityStatusCode.Unset)]
    [InlineData(CloseReason.NotAuthorized, ActivityStatusCode.Unset)]
    [InlineData(CloseReason.Revoked, ActivityStatusCode.Unset)]
    public void Connection_Ended_IsAnErrorWhereTheNodeOrAnUpstreamFailed(CloseReason reason, ActivityStatusCode expected)
    {
        Listen();
        ProxiedConnection connection = _application.Open("C1", null);
        connection.Conclude(reason);

        connection.Dispose();

        Activity span = Assert.Single(_ended);
        Assert.Equal(expected, span.Status);
        Assert.Equal(expected == ActivityStatusCode.Error ? reason.Word() : null, span.GetTagItem("error.type"));
    }

    private void Listen(ActivitySamplingResult sampled = ActivitySamplingResult.AllDataAndRecorded)
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = static source => source.Name == ConnectionTrace.SourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => sampled,
            ActivityStopped = _ended.Add,
        };
        ActivitySource.AddActivityListener(_listener);
    }
}
