using System.Diagnostics;
using System.Text.Json.Nodes;
using Xunit.Abstractions;

namespace KestrelL4.FunctionalTests.Reload;

/// <summary>A change has its effect in time, and the load beside it loses nothing.</summary>
/// <remarks>With <c>KESTRELL4_MEASURE=1</c> it takes as many samples as the figures of docs/measurements.md rest on.</remarks>
public sealed class ReloadLatencyTests(ReloadFixture fixture, ITestOutputHelper output) : IClassFixture<ReloadFixture>
{
    // Content is looked at once a second and then has to come to rest; the rest is for a machine that is busy.
    private static readonly TimeSpan SeenWithin = TimeSpan.FromSeconds(10);

    private static readonly bool IsMeasuring = Environment.GetEnvironmentVariable("KESTRELL4_MEASURE") == "1";
    private static readonly int Samples = IsMeasuring ? 25 : 3;

    [Fact]
    public Task Signal_GrantWithdrawn_UntilTheReset() =>
        MeasureAsync("signal to reset of a withdrawn connection", () => fixture.Node.Process.HangUp());

    [Fact]
    public Task File_GrantWithdrawn_UntilTheReset() => MeasureAsync("file renamed over to reset of a withdrawn connection", static () => { });

    [Fact]
    public async Task Signal_GrantWithdrawnAmongManyClients_UntilTheReset()
    {
        int clients = IsMeasuring ? 50_000 : 5_000;
        for (int number = 0; number < clients; number++)
        {
            fixture.Setup.Set($"Clients:c{number}:SerialNumbers", new JsonArray($"main:{number:X8}"));
            fixture.Setup.Set($"Clients:c{number}:Applications", new JsonArray("echo"));
        }

        await MeasureAsync($"signal to reset of a withdrawn connection among {clients:N0} clients", () => fixture.Node.Process.HangUp());
    }

    private async Task MeasureAsync(string what, Action signal)
    {
        TestCertificate bob = fixture.Client("bob", "echo");
        await using HandshakeHammer load = new(() => fixture.Node.ConnectAsync(fixture.Alice), clients: 2);
        List<double> cut = [];
        List<double> admitted = [];
        for (int count = 0; count < Samples; count++)
        {
            long given = Change("steady", "echo");
            signal();
            await using TlsClient client = await fixture.Node.HoldEventuallyAsync(bob);
            admitted.Add(Stopwatch.GetElapsedTime(given).TotalMilliseconds);

            long withdrawn = Change("steady");
            signal();
            Assert.Equal(TlsEnd.Reset, await client.ObserveEndAsync());
            cut.Add(Stopwatch.GetElapsedTime(withdrawn).TotalMilliseconds);
        }

        await load.StopAsync();
        Assert.True(cut.Max() < SeenWithin.TotalMilliseconds, Figures(cut));
        Assert.Empty(load.Failures);
        Assert.Empty(fixture.Bystander.Failures);
        output.WriteLine($"{what}: {Figures(cut)}");
        output.WriteLine($"the same until a newly granted client is served: {Figures(admitted)}");
        output.WriteLine($"beside it: {load.Served} connections served, {load.Failures.Count} lost; {fixture.Bystander.Echoes} echoes, "
            + $"{fixture.Bystander.Failures.Count} lost");
    }

    private long Change(params string[] applications)
    {
        fixture.Setup.Set("Clients:bob:Applications", new JsonArray([.. applications.Select(static name => (JsonNode)name)]));
        fixture.Setup.Write();
        return Stopwatch.GetTimestamp();
    }

    private static string Figures(List<double> milliseconds)
    {
        milliseconds.Sort();
        return $"median {milliseconds[milliseconds.Count / 2]:0} ms, worst {milliseconds[^1]:0} ms of {milliseconds.Count}";
    }
}
