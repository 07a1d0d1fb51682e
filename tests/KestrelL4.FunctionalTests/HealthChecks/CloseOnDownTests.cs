using System.Net;
using System.Net.Sockets;
using KestrelL4.FunctionalTests.Reload;

namespace KestrelL4.FunctionalTests.HealthChecks;

/// <summary>With <c>CloseOnDown</c> the connections of an upstream that its probes find down are cut on both sides; without it they go on.</summary>
public sealed class CloseOnDownTests(ReloadFixture fixture) : ReloadTestBase(fixture), IClassFixture<ReloadFixture>
{
    private readonly ReloadFixture _fixture = fixture;
    private readonly IPEndPoint _port = FreePort.Take();
    private readonly EchoServer _steady = new();

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await _steady.DisposeAsync();
    }

    [Theory]
    [InlineData("cutting", true)]
    [InlineData("leaving", false)]
    public async Task CloseOnDown_ProbesFail_CutsItsConnectionsOnBothSidesOnlyIfAsked(string application, bool isAsked)
    {
        using Socket listener = Listen();
        await _fixture.ApplyAsync(setup => setup.Application(application, _port, _steady.EndPoint)
            .Set($"Applications:{application}:HealthCheck:CloseOnDown", isAsked)
            .Set($"Applications:{application}:HealthCheck:Active:Interval", "100ms"));
        MetricWatch cut = await Node.WatchAsync("kestrell4_connections_total", ("application", application), ("reason", "upstream_down"));
        await using TlsClient client = await Node.ConnectAsync(_fixture.Alice, application);
        await client.SendAsync("!"u8.ToArray());
        using Socket upstream = await AcceptClientAsync(listener);
        await using TlsClient elsewhere = await Node.HoldAsync(_fixture.Alice, application);

        // No one is let in any more, but who is in stays.
        listener.Dispose();
        await Node.UntilUpstreamAsync(application, "u1", "down");

        if (isAsked)
        {
            Assert.Equal(TlsEnd.Reset, await client.ObserveEndAsync());
            Assert.Equal(PeerEnd.Reset, await upstream.ObserveEndAsync());
            await cut.RoseByAsync(1);
            await Eventually.UntilAsync(async () => await _fixture.ConnectionsAtAsync(application, "u1") == 0, "its count is 0 again");
        }
        else
        {
            await upstream.SendAllAsync("?"u8.ToArray());
            Assert.Equal("?"u8.ToArray(), await client.ReceiveAsync(1));
            Assert.Equal(0, await cut.RiseAsync());
        }

        await GoesOnAsync(elsewhere);
    }

    private Socket Listen()
    {
        Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        listener.Bind(_port);
        listener.Listen(64);
        return listener;
    }

    // Probes come too, and say nothing.
    private static async Task<Socket> AcceptClientAsync(Socket listener)
    {
        using CancellationTokenSource deadline = new(Eventually.DefaultDeadline);
        byte[] first = new byte[1];
        while (true)
        {
            Socket accepted = await listener.AcceptAsync(deadline.Token);
            if (await accepted.ReceiveAsync(first, deadline.Token) > 0)
            {
                return accepted;
            }

            accepted.Dispose();
        }
    }
}
