using System.Net;
using KestrelL4.Upstreams;

namespace KestrelL4.Tests;

public sealed class LiveConnectionsTests
{
    private readonly Upstream _first = new("a", new IPEndPoint(IPAddress.Loopback, 1));
    private readonly Upstream _second = new("b", new IPEndPoint(IPAddress.Loopback, 2));
    private readonly Application _application;

    public LiveConnectionsTests() => _application = new Application("echo", [_first, _second]);

    [Fact]
    public void CloseAll_OneUpstream_ClosesItsConnectionsOnly()
    {
        using ProxiedConnection first = At(_first);
        using ProxiedConnection alsoFirst = At(_first);
        using ProxiedConnection second = At(_second);
        using ProxiedConnection dialling = _application.Open(ConnectionIds.Next(), null);

        Assert.Equal(2, _application.Connections.CloseAll(_first, CloseReason.Drained));

        Assert.Equal(
            (CloseReason.Drained, CloseReason.Drained, null, null),
            (first.CloseReason, alsoFirst.CloseReason, second.CloseReason, dialling.CloseReason));
        Assert.Equal(0, _application.Connections.CloseAll(_first, CloseReason.Drained));
    }

    [Fact]
    public void CloseAll_SameNameAtItsFormerAddress_IsAnotherUpstream()
    {
        using ProxiedConnection former = At(_first);
        Upstream moved = new("a", new IPEndPoint(IPAddress.Loopback, 3));
        _application.Upstreams = [moved, _second];

        Assert.Equal(0, _application.Connections.CloseAll(moved, CloseReason.Drained));
        Assert.Equal(1, _application.Connections.CloseAll(_first, CloseReason.Drained));
    }

    [Fact]
    public void CloseAll_Everyone_CountsThoseThatWereOpen()
    {
        using ProxiedConnection first = At(_first);
        using ProxiedConnection ended = At(_second);
        ended.Conclude(CloseReason.Completed);

        Assert.Equal(1, _application.Connections.CloseAll(CloseReason.ClosedByOperator));

        Assert.Equal((CloseReason.ClosedByOperator, CloseReason.Completed), (first.CloseReason, ended.CloseReason));
    }

    [Fact]
    public void CloseIdlest_OfSeveralApplications_ClosesThoseThatWereOpenedLongestAgo()
    {
        FakeTime time = new();
        Application other = new("other", [], time: time);
        Application echo = new("echo", [], time: time);
        List<ProxiedConnection> connections = [];
        foreach (Application application in new[] { echo, other, echo, other, echo })
        {
            connections.Add(application.Open(ConnectionIds.Next(), null));
            time.Advance(TimeSpan.FromSeconds(1));
        }

        connections[0].Conclude(CloseReason.Completed);

        Assert.Equal(2, LiveConnections.CloseIdlest([other.Connections, echo.Connections], 2, CloseReason.Shed));
        Assert.Equal(
            [CloseReason.Completed, CloseReason.Shed, CloseReason.Shed, null, null],
            connections.Select(static connection => connection.CloseReason));
        Assert.Equal(2, LiveConnections.CloseIdlest([other.Connections, echo.Connections], 100, CloseReason.Shed));
        connections.ForEach(static connection => connection.Dispose());
    }

    private ProxiedConnection At(Upstream upstream)
    {
        ProxiedConnection connection = _application.Open(ConnectionIds.Next(), null);
        connection.Connected(upstream, TimeSpan.Zero);
        return connection;
    }
}
