using System.Net;
using System.Net.Sockets;
using KestrelL4.Server.Configuration;
using KestrelL4.Server.Ports;
using KestrelL4.Server.Transport;
using KestrelL4.Testing;
using KestrelL4.Testing.Servers;

namespace KestrelL4.Server.Tests.Ports;

public sealed class NodePortsTests : IDisposable
{
    private readonly NodePorts _ports = new(PassedSockets.None);
    private readonly Holder _one = new("one");
    private readonly Holder _two = new("two");

    [Fact]
    public async Task Commit_NewAddresses_LetsEverybodyListen()
    {
        await ChangeAsync(Wish(_one, Any), Wish(_two, Any));

        await ConnectAsync(_one);
        await ConnectAsync(_two);
    }

    [Fact]
    public async Task Commit_SameAddressAgain_KeepsTheSocketAlsoAtAnyPort()
    {
        await ChangeAsync(Wish(_one, Any));
        BoundAddress? before = _one.Bound;

        await ChangeAsync(Wish(_one, Any), Wish(_two, Any));

        Assert.Same(before, _one.Bound);
        Assert.NotEqual(_one.Bound!.Text, _two.Bound!.Text);
    }

    [Fact]
    public async Task Commit_TwoExchangeTheirAddresses_KeepsBothSocketsOpen()
    {
        (ListenAddress first, ListenAddress second) = (Free(), Free());
        await ChangeAsync(Wish(_one, first), Wish(_two, second));
        (BoundAddress? ofOne, BoundAddress? ofTwo) = (_one.Bound, _two.Bound);

        await ChangeAsync(Wish(_one, second), Wish(_two, first));

        Assert.Same(ofTwo, _one.Bound);
        Assert.Same(ofOne, _two.Bound);
        Assert.True(ofOne!.IsOpen && ofTwo!.IsOpen);
    }

    [Fact]
    public async Task Commit_LeftOut_StopsAndCloses()
    {
        await ChangeAsync(Wish(_one, Free()), Wish(_two, Free()));
        IPEndPoint closed = EndPointOf(_two);

        await ChangeAsync(Wish(_one, _one.Bound!.Listen));

        Assert.Null(_two.Bound);
        await Assert.ThrowsAsync<SocketException>(() => SocketExtensions.ConnectAsync(closed));
        await ConnectAsync(_one);
    }

    [Fact]
    public async Task Prepare_AddressIsTaken_ChangesNothing()
    {
        await using EchoServer stranger = new();
        await ChangeAsync(Wish(_one, Any));
        BoundAddress? before = _one.Bound;

        BindException refused = await Assert.ThrowsAsync<BindException>(
            () => _ports.PrepareAsync([Wish(_one, Any), Wish(_two, Any), Wish(new Holder("three"), At(stranger.EndPoint))]));

        Assert.Contains(stranger.EndPoint.ToString(), refused.Message, StringComparison.Ordinal);
        Assert.Same(before, _one.Bound);
        Assert.Null(_two.Bound);
        await ConnectAsync(_one);
    }

    [Fact]
    public async Task Commit_WiderAddressOfOurOwnPort_TakesItOver()
    {
        await ChangeAsync(Wish(_one, Free()));
        int port = EndPointOf(_one).Port;

        await ChangeAsync(Wish(_one, At(new IPEndPoint(IPAddress.Any, port))));

        Assert.Equal($"0.0.0.0:{port}", _one.Bound!.Text);
        await ConnectAsync(new IPEndPoint(IPAddress.Loopback, port));
    }

    [Fact]
    public async Task Prepare_RefusedAfterAnOwnPortMadeWay_OpensItAgain()
    {
        await using EchoServer stranger = new();
        await ChangeAsync(Wish(_one, Free()));
        IPEndPoint before = EndPointOf(_one);

        await Assert.ThrowsAsync<BindException>(() => _ports.PrepareAsync(
            [Wish(_one, At(new IPEndPoint(IPAddress.Any, before.Port))), Wish(_two, At(stranger.EndPoint))]));

        Assert.True(_one.Bound is { IsOpen: true });
        await ConnectAsync(before);
    }

    [Fact]
    public async Task Commit_ClosedAndOpenAgain_IsTheSamePort()
    {
        await ChangeAsync(Wish(_one, Any));
        IPEndPoint before = EndPointOf(_one);

        await ChangeAsync(Wish(_one, Any, PortState.Closed));
        Assert.Null(_one.Bound);
        await Assert.ThrowsAsync<SocketException>(() => SocketExtensions.ConnectAsync(before));
        await ChangeAsync(Wish(_one, Any));

        Assert.Equal(before, EndPointOf(_one));
        await ConnectAsync(_one);
    }

    [Fact]
    public async Task Prepare_PortTakenWhileClosed_IsRefused()
    {
        await ChangeAsync(Wish(_one, Any));
        IPEndPoint before = EndPointOf(_one);
        await ChangeAsync(Wish(_one, Any, PortState.Closed));
        using Socket stranger = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        stranger.Bind(before);
        stranger.Listen();

        await Assert.ThrowsAsync<BindException>(() => _ports.PrepareAsync([Wish(_one, Any)]));

        Assert.Null(_one.Bound);
    }

    [Fact]
    public async Task Prepare_PortOfAnotherTakenWhileClosed_IsToldAndHindersNobody()
    {
        await ChangeAsync(Wish(_one, Any));
        IPEndPoint before = EndPointOf(_one);
        await ChangeAsync(Wish(_one, Any, PortState.Closed));
        using Socket stranger = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        stranger.Bind(before);
        stranger.Listen();

        PortChange change = await _ports.PrepareAsync([Wish(_one, Any, PortState.OpenIfFree), Wish(_two, Free())]);
        await _ports.CommitAsync(change);

        Assert.Contains(_one.KeyPath, Assert.Single(change.Unbound).Message, StringComparison.Ordinal);
        Assert.Null(_one.Bound);
        await ConnectAsync(_two);
        stranger.Dispose();
        await ChangeAsync(Wish(_one, Any, PortState.OpenIfFree), Wish(_two, _two.Bound!.Listen));
        Assert.Equal(before, EndPointOf(_one));
    }

    public void Dispose() => _ports.Dispose();

    private static ListenAddress Any => ListenAddress.Loopback(0);

    private static ListenAddress Free() => At(FreePort.Take());

    private static ListenAddress At(IPEndPoint endPoint) => new(endPoint.ToString(), [endPoint]);

    private static ListenWish Wish(Holder who, ListenAddress address, PortState state = PortState.Open) => new(who, address, state);

    private static IPEndPoint EndPointOf(Holder holder) => (IPEndPoint)holder.Bound!.Sockets[0].EndPoint;

    private static Task ConnectAsync(Holder holder) => ConnectAsync(EndPointOf(holder));

    private static async Task ConnectAsync(IPEndPoint endPoint)
    {
        using Socket client = await SocketExtensions.ConnectAsync(endPoint);
    }

    private async Task ChangeAsync(params ListenWish[] wishes) => await _ports.CommitAsync(await _ports.PrepareAsync(wishes));
}
