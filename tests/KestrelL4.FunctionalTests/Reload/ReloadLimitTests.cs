using System.Net;

namespace KestrelL4.FunctionalTests.Reload;

/// <summary>A changed limit holds for the next connection and goes on counting the open ones, whether it rises or falls.</summary>
public sealed class ReloadLimitTests(ReloadFixture fixture) : ReloadTestBase(fixture), IClassFixture<ReloadFixture>
{
    private readonly ReloadFixture _fixture = fixture;

    [Theory]
    [InlineData("Applications:echo:RateLimit", "application")]
    [InlineData("Applications:echo:ClientRateLimit", "client_application")]
    [InlineData("Clients:alice:RateLimit", "client")]
    [InlineData("Clients:alice:RateLimits:echo", "client_application")]
    public async Task Concurrency_Changed_CountsTheOpenConnections(string limit, string scope)
    {
        string key = limit + ":MaxConcurrentConnections";
        await using HeldClients held = await HeldClients.OpenAsync(Node, _fixture.Alice, "echo", 2);
        MetricWatch limited = await Node.WatchAsync("kestrell4_rate_limited_total", ("application", "echo"), ("scope", scope));

        await _fixture.ApplyAsync(key, 2);
        await Node.RefusesAsync(_fixture.Alice);
        await _fixture.ApplyAsync(key, 3);
        TlsClient third = await Node.HoldAsync(_fixture.Alice);
        await Node.RefusesAsync(_fixture.Alice);
        await _fixture.ApplyAsync(key, 1);
        await GoesOnAsync(third);
        await third.DisposeAsync();
        await Eventually.UntilAsync(() => _fixture.Upstream.Open == 2, "the third connection has ended");
        await Node.RefusesAsync(_fixture.Alice);
        await limited.RoseByAsync(3);
        await held.AllGoOnAsync();
        await _fixture.ApplyAsync(limit, null);

        await using TlsClient unlimited = await Node.HoldAsync(_fixture.Alice);
    }

    [Fact]
    public async Task Window_Changed_GoesOnCountingWhatWasAdmitted()
    {
        await _fixture.ApplyAsync(setup => setup.Application("windowed", _fixture.Upstream.EndPoint)
            .Set("Applications:windowed:RateLimit:ConnectionsPerWindow", 3)
            .Set("Applications:windowed:RateLimit:Window", "1h"));
        await using HeldClients held = await HeldClients.OpenAsync(Node, _fixture.Alice, "windowed", 2);

        await _fixture.ApplyAsync("Applications:windowed:RateLimit:ConnectionsPerWindow", 2);
        await Node.RefusesAsync(_fixture.Alice, "windowed");
        await _fixture.ApplyAsync("Applications:windowed:RateLimit:ConnectionsPerWindow", 3);

        await using TlsClient third = await Node.HoldAsync(_fixture.Alice, "windowed");
        await Node.RefusesAsync(_fixture.Alice, "windowed");
        await held.AllGoOnAsync();
    }

    [Fact]
    public async Task Source_Changed_CountsTheOpenConnections()
    {
        // Far above what the client takes that is not to notice: the limit is each source's own.
        const int Open = 12;
        TlsClientOptions elsewhere = new() { From = IPAddress.Parse("127.0.0.9") };
        List<TlsClient> held = [];
        for (int count = 0; count < Open; count++)
        {
            held.Add(await TlsClient.ConnectAsync(Node.EndPoint(), _fixture.Alice, elsewhere));
        }

        await _fixture.ApplyAsync("SourceRateLimit:MaxConcurrentConnections", Open);
        await Assert.ThrowsAnyAsync<IOException>(() => TlsClient.ConnectAsync(Node.EndPoint(), _fixture.Alice, elsewhere));
        await _fixture.ApplyAsync("SourceRateLimit:MaxConcurrentConnections", Open + 1);
        await using (TlsClient next = await TlsClient.ConnectAsync(Node.EndPoint(), _fixture.Alice, elsewhere))
        {
            await GoesOnAsync(next);
        }

        await _fixture.ApplyAsync("SourceRateLimit", null);
        foreach (TlsClient client in held)
        {
            await GoesOnAsync(client);
            await client.DisposeAsync();
        }

        await Eventually.UntilAsync(() => _fixture.Upstream.Open == 0, "the connections have ended");
    }
}
