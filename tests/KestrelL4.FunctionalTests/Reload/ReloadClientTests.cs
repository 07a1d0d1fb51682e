using System.Text.Json.Nodes;

namespace KestrelL4.FunctionalTests.Reload;

/// <summary>Clients and grants come and go while the node runs.</summary>
public sealed class ReloadClientTests(ReloadFixture fixture) : ReloadTestBase(fixture), IClassFixture<ReloadFixture>
{
    private readonly ReloadFixture _fixture = fixture;

    [Fact]
    public async Task Client_Added_IsAdmitted()
    {
        TestCertificate bob = _fixture.Client("bob", "echo");
        MetricWatch unknown = await Node.WatchReasonAsync("unknown_client");
        await Node.RefusesAsync(bob);
        await unknown.RoseByAsync(1);
        MetricWatch revision = await Node.WatchAsync("kestrell4_registry_revision");

        await _fixture.ApplyAsync(static _ => { });

        await revision.RoseByAsync(1);

        await using TlsClient client = await Node.HoldAsync(bob);
        await GoesOnAsync(client);
    }

    [Fact]
    public async Task Grant_Added_IsAdmitted()
    {
        TestCertificate carol = _fixture.Client("carol", "steady");
        await _fixture.ApplyAsync(static _ => { });
        await using TlsClient before = await Node.HoldAsync(carol, "steady");
        await Node.RefusesAsync(carol);

        await _fixture.ApplyAsync("Clients:carol:Applications", new JsonArray("steady", "echo"));

        await using TlsClient client = await Node.HoldAsync(carol);
        await GoesOnAsync(before);
    }

    [Fact]
    public async Task Grant_Removed_CutsItsConnectionsAlone()
    {
        TestCertificate dave = _fixture.Client("dave", "steady", "echo");
        await _fixture.ApplyAsync(static _ => { });
        await using TlsClient kept = await Node.HoldAsync(dave, "steady");
        await using TlsClient other = await Node.HoldAsync(_fixture.Alice);
        await using TlsClient lost = await Node.HoldAsync(dave);
        MetricWatch revoked = await Node.WatchReasonAsync("revoked");

        await _fixture.ApplyAsync("Clients:dave:Applications", new JsonArray("steady"));

        Assert.Equal(TlsEnd.Reset, await lost.ObserveEndAsync());
        await revoked.RoseByAsync(1);
        await GoesOnAsync(kept);
        await GoesOnAsync(other);
        await Node.RefusesAsync(dave);
    }

    [Fact]
    public async Task SerialNumber_ExchangedForAnother_CutsTheOldCertificateAlone()
    {
        TestCertificate first = _fixture.Client("erin", "echo");
        await _fixture.ApplyAsync(static _ => { });
        await using TlsClient old = await Node.HoldAsync(first);
        TestCertificate second = _fixture.Setup.Authority.Issue(new TestSubject("erin"));

        await _fixture.ApplyAsync("Clients:erin:SerialNumbers", new JsonArray($"main:{first.SerialNumber}", $"main:{second.SerialNumber}"));
        await using TlsClient renewed = await Node.HoldAsync(second);
        await GoesOnAsync(old);
        await _fixture.ApplyAsync("Clients:erin:SerialNumbers", new JsonArray($"main:{second.SerialNumber}"));

        Assert.Equal(TlsEnd.Reset, await old.ObserveEndAsync());
        await GoesOnAsync(renewed);
        await Node.RefusesAsync(first);
    }
}
