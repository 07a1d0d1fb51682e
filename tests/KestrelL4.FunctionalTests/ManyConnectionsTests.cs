namespace KestrelL4.FunctionalTests;

/// <summary>Many connections live side by side, and the counts follow each of them up and down.</summary>
public sealed class ManyConnectionsTests(EchoFixture fixture) : IClassFixture<EchoFixture>
{
    private const int Connections = 1000;

    [Fact]
    public async Task Hold_ThousandConnections_ServesAndCountsThemAll()
    {
        TlsClient[] clients = await OpenAsync();

        await ShowsAsync(Connections);
        await Task.WhenAll(clients.Select(async client => Assert.Equal([7], await client.EchoAsync([7]))));
        await Task.WhenAll(clients.Select(client => client.CompleteSendingAsync()));
        TlsEnd[] ends = await Task.WhenAll(clients.Select(client => client.ObserveEndAsync()));

        Assert.All(ends, end => Assert.Equal(TlsEnd.CloseNotifyThenFin, end));
        await ShowsAsync(0);
        await Eventually.UntilAsync(() => fixture.Upstream.Open == 0, "the upstream's connections have ended");
        await Task.WhenAll(clients.Select(client => client.DisposeAsync().AsTask()));
    }

    private async Task<TlsClient[]> OpenAsync()
    {
        using SemaphoreSlim handshakes = new(16);
        return await Task.WhenAll(Enumerable.Range(0, Connections).Select(async _ =>
        {
            await handshakes.WaitAsync();
            try
            {
                return await fixture.Node.HoldAsync(fixture.Alice);
            }
            finally
            {
                handshakes.Release();
            }
        }));
    }

    private Task ShowsAsync(int connections) => Eventually.UntilAsync(
        async () =>
        {
            MetricSamples samples = await fixture.Node.MetricsAsync();
            int status = (int)(await fixture.Node.StatusAsync())["applications"]![0]!["connections"]!;
            return status == connections
                && samples.Sum("kestrell4_connections_active") == connections
                && samples.Sum("kestrell4_upstream_connections_active") == connections;
        },
        $"status and metrics show {connections} connections");
}
