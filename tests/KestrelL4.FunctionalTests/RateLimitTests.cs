namespace KestrelL4.FunctionalTests;

/// <summary>
/// Every limit in force must admit a connection, whatever its scope; a permit is held exactly as long as the connection, and a
/// refusal costs the refused client nothing.
/// </summary>
public sealed class RateLimitTests(RateLimitFixture fixture) : IClassFixture<RateLimitFixture>
{
    [Fact]
    public async Task Application_LimitReachedByAllTogether_RefusesUntilOneEnds()
    {
        TlsClient alice = await Node.HoldAsync(fixture.Alice, "shared");
        await using TlsClient bob = await Node.HoldAsync(fixture.Bob, "shared");

        await RefusedAsync(fixture.Alice, "shared", "application");
        await alice.DisposeAsync();

        await using TlsClient again = await Node.HoldEventuallyAsync(fixture.Bob, "shared");
    }

    [Fact]
    public async Task Client_LimitReachedAtOneApplication_RefusesAtAnother()
    {
        TlsClient held = await Node.HoldAsync(fixture.OneAtATime, "echo");

        await RefusedAsync(fixture.OneAtATime, "shared", "client");
        await held.DisposeAsync();

        await using TlsClient again = await Node.HoldEventuallyAsync(fixture.OneAtATime, "shared");
    }

    [Fact]
    public async Task ClientApplication_LimitReachedByOneClient_ServesAnother()
    {
        TlsClient held = await Node.HoldAsync(fixture.Alice, "per-client");

        await RefusedAsync(fixture.Alice, "per-client", "client_application");
        await using TlsClient other = await Node.HoldAsync(fixture.Bob, "per-client");
        await held.DisposeAsync();

        await using TlsClient again = await Node.HoldEventuallyAsync(fixture.Alice, "per-client");
    }

    [Fact]
    public async Task ClientApplication_GrantBringsItsOwn_ReplacesTheApplicationsForEachClient()
    {
        await using TlsClient first = await Node.HoldAsync(fixture.TwoHere, "per-client");
        await using TlsClient second = await Node.HoldAsync(fixture.TwoHere, "per-client");

        await RefusedAsync(fixture.TwoHere, "per-client", "client_application");
    }

    [Fact]
    public async Task Window_Used_RefusesUntilItHasSlid()
    {
        for (int count = 0; count < 3; count++)
        {
            await using TlsClient client = await Node.HoldAsync(fixture.Alice, "windowed");
        }

        await RefusedAsync(fixture.Bob, "windowed", "application");

        await using TlsClient again = await Node.HoldEventuallyAsync(fixture.Bob, "windowed");
    }

    [Fact]
    public async Task Window_RefusedForConcurrency_KeepsItsPermits()
    {
        TlsClient held = await Node.HoldAsync(fixture.Alice, "both");
        for (int count = 0; count < 5; count++)
        {
            await RefusedAsync(fixture.Bob, "both", "application");
        }

        await held.DisposeAsync();

        TlsClient second = await Node.HoldEventuallyAsync(fixture.Bob, "both");
        await second.DisposeAsync();
        await Eventually.UntilAsync(() => fixture.Upstream.Open == 0, "the connections have ended");
        await RefusedAsync(fixture.Bob, "both", "application");
    }

    private TestNode Node => fixture.Node;

    private async Task RefusedAsync(TestCertificate certificate, string application, string scope)
    {
        MetricWatch limited = await Node.WatchAsync("kestrell4_rate_limited_total", ("application", application), ("scope", scope));
        MetricWatch all = await Node.WatchAsync("kestrell4_rate_limited_total");
        MetricWatch reasons = await Node.WatchAsync(
            "kestrell4_connections_total", ("application", application), ("reason", "rate_limited"));
        int accepted = fixture.Upstream.Accepted;

        await Node.RefusesAsync(certificate, application);

        await limited.RoseByAsync(1);
        await all.RoseByAsync(1);
        await reasons.RoseByAsync(1);
        Assert.Equal(accepted, fixture.Upstream.Accepted);
    }
}
