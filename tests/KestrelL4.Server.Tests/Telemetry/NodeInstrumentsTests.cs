using System.Diagnostics.Metrics;
using KestrelL4.Registry;
using KestrelL4.Server.Health;
using KestrelL4.Server.Telemetry;
using KestrelL4.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace KestrelL4.Server.Tests.Telemetry;

public sealed class NodeInstrumentsTests
{
    [Fact]
    public void AddTo_Scraped_TellsTheNodeItself()
    {
        using var meter = new Meter("KestrelL4");
        using var exposition = new PrometheusExposition(meter, NullLogger<PrometheusExposition>.Instance);
        var health = new NodeHealth(TimeProvider.System, NullLogger<NodeHealth>.Instance);
        TrustInForce trust = new(new ClientTrust([], new RegistrySnapshot([], revision: 42)));
        NodeInstruments.AddTo(meter, health, trust, () => DateTimeOffset.FromUnixTimeSeconds(1_800_000_000), () => 7);
        NodeInstruments.AddReloadsTo(meter, () => 3, () => 1);
        NodeInstruments.AddLimitTo(meter, () => 1000);

        health.Application("echo").Degraded("1 of 2 upstreams is down");
        string text = exposition.Scrape();

        Assert.Contains("kestrell4_component_status{component=\"application:echo\",status=\"degraded\"} 1\n", text, StringComparison.Ordinal);
        Assert.Contains("kestrell4_component_status{component=\"application:echo\",status=\"healthy\"} 0\n", text, StringComparison.Ordinal);
        Assert.Contains("kestrell4_component_status{component=\"identity\",status=\"starting\"} 1\n", text, StringComparison.Ordinal);
        Assert.Contains("kestrell4_identity_expiry_timestamp_seconds 1800000000\n", text, StringComparison.Ordinal);
        Assert.Contains("kestrell4_registry_revision 42\n", text, StringComparison.Ordinal);
        Assert.Contains("kestrell4_registry_age_seconds 0\n", text, StringComparison.Ordinal);
        Assert.Contains("kestrell4_configuration_reloads_total{result=\"applied\"} 3\n", text, StringComparison.Ordinal);
        Assert.Contains("kestrell4_configuration_reloads_total{result=\"rejected\"} 1\n", text, StringComparison.Ordinal);
        Assert.Contains("kestrell4_connections_limit 1000\n", text, StringComparison.Ordinal);
        Assert.Contains("kestrell4_log_lines_dropped_total 7\n", text, StringComparison.Ordinal);
        Assert.Contains($"kestrell4_build_info{{version=\"{NodeVersion.Text}\",runtime=\"", text, StringComparison.Ordinal);
        Assert.DoesNotContain("kestrell4_authority_connected", text, StringComparison.Ordinal);
    }

    [Fact]
    public void AddAuthorityTo_AuthorityIsAway_TellsItAndTheAgeOfItsRegistry()
    {
        using var meter = new Meter("KestrelL4");
        using var exposition = new PrometheusExposition(meter, NullLogger<PrometheusExposition>.Instance);
        var time = new FakeTime();
        var health = new NodeHealth(time, NullLogger<NodeHealth>.Instance);
        var age = new RegistryAge(time);
        TrustInForce trust = new(new ClientTrust([], new RegistrySnapshot([], revision: 0)) { Age = age });
        bool isConnected = false;
        NodeInstruments.AddTo(meter, health, trust, static () => null, static () => 0);
        NodeInstruments.AddAuthorityTo(meter, () => isConnected);

        string before = exposition.Scrape();
        age.Confirm();
        time.Advance(TimeSpan.FromSeconds(90));
        string away = exposition.Scrape();
        isConnected = true;

        // Of a registry that was never confirmed there is no age to tell.
        Assert.DoesNotContain("\nkestrell4_registry_age_seconds", before, StringComparison.Ordinal);
        Assert.DoesNotContain("\nkestrell4_identity_expiry_timestamp_seconds", before, StringComparison.Ordinal);
        Assert.Contains("kestrell4_registry_age_seconds 90\n", away, StringComparison.Ordinal);
        Assert.Contains("kestrell4_authority_connected 0\n", away, StringComparison.Ordinal);
        Assert.Contains("kestrell4_authority_connected 1\n", exposition.Scrape(), StringComparison.Ordinal);
    }
}
