using System.Net.Sockets;
using System.Text.Json.Nodes;

namespace KestrelL4.FunctionalTests.Reload;

/// <summary>
/// Whatever is withdrawn from a client, and whatever its connections are doing at that moment: they are cut within a second, with
/// a reset on both sides, and leave nothing counted behind.
/// </summary>
public sealed class WithdrawalTests(ReloadFixture fixture) : ReloadTestBase(fixture), IClassFixture<ReloadFixture>
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly ReloadFixture _fixture = fixture;

    [Theory]
    [InlineData("client-disabled", "client_disabled")]
    [InlineData("client-removed", "unknown_client")]
    [InlineData("certificate-removed", "unknown_client")]
    [InlineData("grants-removed", "not_authorized")]
    [InlineData("authority-removed", null)]
    public async Task Withdrawn_ConnectionsInEveryState_AreCutOnBothSides(string withdrawal, string? refusal)
    {
        using var silent = await KestrelL4.Testing.Servers.SilentPort.CreateAsync();
        await using WithdrawalScene scene = await WithdrawalScene.OpenAsync(_fixture, withdrawal, silent.EndPoint);
        Socket inHandshake = await SocketExtensions.ConnectAsync(Node.EndPoint(scene.Relayed));
        WithdrawalLog log = new(Node);
        MetricWatch revoked = await Node.WatchReasonAsync("revoked");

        await _fixture.ApplyAsync(setup => Withdraw(setup, withdrawal));

        await scene.AssertResetAsync(Second);
        await log.AssertCutWithinASecondAsync(WithdrawalScene.Connections);
        await revoked.RoseByAsync(WithdrawalScene.Connections);
        Assert.Equal(0, await _fixture.ConnectionsAtAsync(scene.Relayed, "u1"));
        Assert.Equal(0, await _fixture.ConnectionsAtAsync(scene.Dialled, "u1"));
        await RefusedAfterItsHandshakeAsync(inHandshake, scene.Client, refusal);
        Assert.Equal(0, scene.Upstream.Fins);
    }

    private static void Withdraw(NodeSetup setup, string withdrawal)
    {
        string client = $"Clients:{withdrawal}";
        switch (withdrawal)
        {
            case "client-disabled":
                setup.Set($"{client}:Disabled", true);
                break;
            case "client-removed":
                setup.Set(client, null);
                break;
            case "certificate-removed":
                TestCertificate another = setup.Authority.Issue(new TestSubject(withdrawal));
                setup.Set($"{client}:SerialNumbers", new JsonArray($"main:{another.SerialNumber}"));
                break;
            case "grants-removed":
                setup.Set($"{client}:Applications", new JsonArray("steady"));
                break;
            default:
                setup.Set(client, null).Set($"ClientAuthorities:{withdrawal}", null);
                break;
        }
    }

    // What was in its handshake is judged by what is in force when that ends.
    private async Task RefusedAfterItsHandshakeAsync(Socket socket, TestCertificate certificate, string? refusal)
    {
        MetricWatch refused = refusal is null
            ? await Node.WatchAsync("kestrell4_handshakes_total", ("cause", "untrusted"))
            : await Node.WatchReasonAsync(refusal);
        try
        {
            await using TlsClient client = await TlsClient.SecureAsync(socket, certificate);
            TlsEnd end = await client.ObserveEndAsync();
            Assert.True(end == TlsEnd.CloseNotifyThenFin || refusal is null, $"refused by {end}");
            Assert.Equal(0, client.Discarded);
        }
        catch (IOException) when (refusal is null)
        {
            // The handshake itself fails.
        }

        await refused.RoseByAsync(1);
    }
}
