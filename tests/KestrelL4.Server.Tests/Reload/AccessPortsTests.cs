using System.Net;
using System.Net.Sockets;
using KestrelL4.Server.Agent;
using KestrelL4.Server.Configuration;
using KestrelL4.Server.Listeners;
using KestrelL4.Server.Ports;
using KestrelL4.Server.Reload;
using KestrelL4.Server.Tests.Ports;
using KestrelL4.Server.Transport;

namespace KestrelL4.Server.Tests.Reload;

[Collection(ProcessWide.Name)]
public sealed class AccessPortsTests : IAsyncLifetime
{
    private readonly TcpListener _taken = new(IPAddress.Loopback, 0);
    private AccessScene _scene = null!;
    private NodeListening _listening = null!;
    private AccessPorts _ports = null!;

    public async Task InitializeAsync()
    {
        _taken.Start();
        _scene = await AccessScene.CreateAsync($"Applications:echo:Listen={_taken.LocalEndpoint}");
        _listening = new NodeListening(_scene.Served, new Holder("admin"), PassedSockets.None) { LetsNobodyIn = true };
        _ports = new AccessPorts(_scene.Access, _listening, _scene.Parts);
        NodeConfiguration configuration = _scene.Model.InForce.Configuration;
        await _listening.CommitAsync(await _listening.PrepareAsync([], configuration));
    }

    public async Task DisposeAsync()
    {
        _ports.Dispose();
        _listening.Dispose();
        _taken.Dispose();
        await _scene.DisposeAsync();
    }

    [Fact]
    public async Task LookAsync_NothingIsThereYet_KeepsThemClosed()
    {
        await _ports.LookAsync();

        Assert.True(_listening.LetsNobodyIn);
    }

    [Fact]
    public async Task LookAsync_IdentityComesAndExpiresAndIsRenewed_FollowsIt()
    {
        _scene.TakeUpAll();
        await _ports.LookAsync();
        Assert.False(_listening.LetsNobodyIn);

        _scene.Time.Advance(TimeSpan.FromHours(13));
        await _ports.LookAsync();
        Assert.True(_listening.LetsNobodyIn);

        _scene.Holding = _scene.Holding with { Identity = _scene.IdentityFor(TimeSpan.FromHours(1)), IdentitySource = HoldingSource.Authority };
        _scene.Access.Refresh();
        await _ports.LookAsync();
        Assert.False(_listening.LetsNobodyIn);
    }

    // A renewed certificate file opens the ports by a reload, which refuses nothing for the one that somebody took meanwhile.
    [Fact]
    public async Task LookAsync_ReloadFoundAPortTaken_OpensItOnceItIsFree()
    {
        _scene.TakeUpAll();
        await _ports.LookAsync();
        NodeConfiguration configuration = _scene.Model.InForce.Configuration;
        await using ServedApplication echo = new("echo", configuration.Applications["echo"], _scene.Parts);
        _scene.Served.All = [echo];
        PortChange change = await _listening.PrepareAsync([echo], configuration);
        await _listening.CommitAsync(change);
        Assert.Single(change.Unbound);

        await _ports.LookAsync();
        Assert.Null(echo.Bound);

        _taken.Stop();
        await _ports.LookAsync();
        Assert.NotNull(echo.Bound);
    }

    // The gate may be held for long, by a reload that waits for a name server.
    [Fact]
    public async Task LookAsync_ChangeUnderWay_WaitsForItsTurnAndNotBeyondTheNodesEnd()
    {
        using IDisposable change = await _listening.BeginChangeAsync();
        _scene.TakeUpAll();

        Task look = _ports.LookAsync();
        Assert.False(look.IsCompleted);
        _ports.Dispose();
        await look.WaitAsync(TimeSpan.FromSeconds(10));

        Assert.True(_listening.LetsNobodyIn);
    }
}
