namespace KestrelL4.FunctionalTests;

/// <summary>
/// Only a registered client uses an application, and only one that it holds a grant for; every other is refused after TLS with
/// close_notify and FIN, without a byte, and without a connection at an upstream.
/// </summary>
public sealed class AuthenticationTests(AuthenticationFixture fixture) : IClassFixture<AuthenticationFixture>
{
    [Fact]
    public Task Connect_ClientNotRegistered_IsUnknownClient() => RefusedAsync(fixture.Stranger, "echo", "unknown_client");

    [Fact]
    public Task Connect_ClientDisabled_IsClientDisabled() => RefusedAsync(fixture.Disabled, "echo", "client_disabled");

    [Fact]
    public Task Connect_NoGrantAtAll_IsNotAuthorized() => RefusedAsync(fixture.Nowhere, "echo", "not_authorized");

    [Fact]
    public Task Connect_GrantForAnotherApplication_IsNotAuthorized() => RefusedAsync(fixture.Alice, "other", "not_authorized");

    [Theory]
    [InlineData("echo")]
    [InlineData("other")]
    public Task Connect_GrantForEverything_Serves(string application) => ServesAsync(fixture.Everywhere, application);

    [Fact]
    public Task Connect_GrantForTheApplication_Serves() => ServesAsync(fixture.Alice, "echo");

    [Fact]
    public Task Connect_SerialNumberWrittenWithColons_Serves() => ServesAsync(fixture.Colons, "echo");

    [Fact]
    public async Task Connect_RefusedClientSpeaksFirst_SeesNoReset()
    {
        await using TlsClient client = await fixture.Node.ConnectAsync(fixture.Stranger);
        await client.SendAsync(new byte[16 * 1024]);

        Assert.Equal(TlsEnd.CloseNotifyThenFin, await client.ObserveEndAsync());
        Assert.Equal(0, client.Discarded);
    }

    private async Task RefusedAsync(TestCertificate certificate, string application, string reason)
    {
        MetricWatch refused = await fixture.Node.WatchAsync(
            "kestrell4_connections_total", ("application", application), ("reason", reason));
        MetricWatch handshakes = await fixture.Node.WatchAsync("kestrell4_handshakes_total", ("result", "succeeded"), ("cause", ""));
        int accepted = fixture.Upstream.Accepted;

        await fixture.Node.RefusesAsync(certificate, application);

        await refused.RoseByAsync(1);
        await handshakes.RoseByAsync(1);
        Assert.Equal(accepted, fixture.Upstream.Accepted);
    }

    private async Task ServesAsync(TestCertificate certificate, string application)
    {
        await using TlsClient client = await fixture.Node.ConnectAsync(certificate, application);

        Assert.Equal("hello"u8.ToArray(), await client.EchoAsync("hello"u8.ToArray()));
    }
}
