using System.Net;

namespace KestrelL4.FunctionalTests.Reload;

/// <summary>
/// The connections of one client, one in every state that a withdrawal may find: idle, busy, stalled, half-closed from either
/// side, in dial.
/// </summary>
internal sealed class WithdrawalScene : IAsyncDisposable
{
    /// <summary>How many connections there are.</summary>
    public const int Connections = 6;

    private readonly ReloadFixture _fixture;
    private readonly List<TlsClient> _clients = [];
    private readonly List<Task> _flows = [];

    private WithdrawalScene(ReloadFixture fixture, string name, TestCertificate client)
    {
        _fixture = fixture;
        Relayed = name;
        Client = client;
    }

    /// <summary>The application whose upstream answers.</summary>
    public string Relayed { get; }

    /// <summary>The application whose upstream does not answer the dial.</summary>
    public string Dialled => $"{Relayed}-dial";

    /// <summary>The client's certificate.</summary>
    public TestCertificate Client { get; }

    /// <summary>The upstream that answers.</summary>
    public WitnessServer Upstream { get; } = new();

    /// <summary>Registers the client, with an authority of its own if the name says so, and opens its connections.</summary>
    public static async Task<WithdrawalScene> OpenAsync(ReloadFixture fixture, string name, IPEndPoint silent)
    {
        WithdrawalScene scene = new(fixture, name, Register(fixture, name));
        fixture.Setup.Application(scene.Relayed, scene.Upstream.EndPoint).Application(scene.Dialled, silent)
            .Set($"Applications:{scene.Dialled}:Timeouts:Connect", "1h");
        await fixture.ApplyAsync(static _ => { });
        await scene.OpenAsync();
        return scene;
    }

    /// <summary>Makes sure that both sides of every connection see a reset in time.</summary>
    public async Task AssertResetAsync(TimeSpan bound)
    {
        FairStopwatch watch = new(_fixture.Node.Process.Id);
        await Eventually.UntilAsync(
            () => Task.FromResult(_clients.TrueForAll(static client => client.Socket.IsReset())),
            () => $"every client sees a reset; they did so: {string.Join(", ", _clients.Select(static client => client.Socket.IsReset()))}");
        await Eventually.UntilAsync(
            () => Task.FromResult(Upstream.Resets == Connections - 1),
            () => $"the upstream sees {Connections - 1} resets; it saw {Upstream.Resets}");
        Assert.InRange(watch.Granted, TimeSpan.Zero, bound);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (TlsClient client in _clients)
        {
            await client.DisposeAsync();
        }

        await Task.WhenAll(_flows);
        await Upstream.DisposeAsync();
    }

    private async Task OpenAsync()
    {
        await AddAsync([1]);

        TlsClient busy = await AddAsync([1]);
        _flows.Add(FloodAsync(busy));
        _flows.Add(busy.ObserveEndAsync());
        await Eventually.UntilAsync(() => busy.Discarded > 0, "bytes are in flight both ways");

        TlsClient stalled = await AddAsync([1]);
        _flows.Add(FloodAsync(stalled));

        TlsClient ended = await AddAsync([WitnessServer.Stays]);
        await ended.CompleteSendingAsync();
        await Eventually.UntilAsync(() => Upstream.Staying == 1, "the upstream has seen the client's end");

        TlsClient listening = await AddAsync([WitnessServer.EndsFirst]);
        await listening.ReceiveToEndAsync();

        _clients.Add(await _fixture.Node.ConnectAsync(Client, Dialled));
        await Eventually.UntilAsync(async () => await _fixture.ConnectionsAtAsync(Dialled, "u1") == 1, "the upstream is being dialled");
    }

    private async Task<TlsClient> AddAsync(byte[] first)
    {
        TlsClient client = await _fixture.Node.ConnectAsync(Client, Relayed);
        _clients.Add(client);
        Assert.Equal(first, await client.EchoAsync(first));
        return client;
    }

    private static async Task FloodAsync(TlsClient client)
    {
        byte[] bytes = new byte[64 * 1024];
        try
        {
            while (true)
            {
                await client.SendAsync(bytes);
            }
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            // Cut, which is what the test waits for.
        }
    }

    private static TestCertificate Register(ReloadFixture fixture, string name)
    {
        if (name != "authority-removed")
        {
            return fixture.Client(name, name, $"{name}-dial");
        }

        TestAuthority issuer = TestAuthority.CreateRoot("authority to be removed");
        fixture.Setup.Set($"ClientAuthorities:{name}:Certificate", issuer.WriteTo(fixture.Setup.Directory.Path, $"{name}.crt"));
        return fixture.Client(name, issuer, name, name, $"{name}-dial");
    }
}
