using System.Diagnostics;
using System.Text.Json.Nodes;
using KestrelL4.FunctionalTests.Authority;
using Xunit.Abstractions;

namespace KestrelL4.FunctionalTests.Agent;

/// <summary>A change among many clients is in force in time, and costs the traffic nothing.</summary>
/// <remarks>With <c>KESTRELL4_MEASURE=1</c> there are as many clients as the figures of docs/measurements.md rest on.</remarks>
public sealed class ManyClientsTests(ITestOutputHelper output)
{
    private static readonly bool IsMeasuring = Environment.GetEnvironmentVariable("KESTRELL4_MEASURE") == "1";
    private static readonly int Clients = IsMeasuring ? 100_000 : 10_000;
    private static readonly int Samples = IsMeasuring ? 10 : 2;

    // A second by the promise, and the rest for a machine that is busy.
    private static readonly TimeSpan InForceWithin = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task Client_RevokedAmongMany_IsCutInTime()
    {
        await using AuthorityScene scene = await AuthorityScene.StartAsync();
        await RegisterManyAsync(scene.Authority);
        await using WorkingNode working = await scene.StartNodeAsync("edge-1");
        Assert.Equal(Clients + 1, (int)(await working.Node.StatusAsync())["registry"]!["clients"]!);
        List<double> cut = [];
        for (int sample = 0; sample < Samples; sample++)
        {
            string name = $"bob-{sample}";
            TestCertificate bob = scene.NewCertificate(name);
            await scene.RegisterAsync(name, bob);
            await using TlsClient client = await working.Node.HoldEventuallyAsync(bob);

            await scene.Authority.Administrator.GrantAsync(name, "another");
            long confirmed = Stopwatch.GetTimestamp();
            Assert.Equal(TlsEnd.Reset, await client.ObserveEndAsync(InForceWithin));
            cut.Add(Stopwatch.GetElapsedTime(confirmed).TotalMilliseconds);
        }

        await working.Traffic.AssertUnharmedAsync();
        cut.Sort();
        output.WriteLine($"{Clients:N0} clients: reset {cut[cut.Count / 2]:0} ms after the authority had confirmed the order (median of {Samples}, worst {cut[^1]:0} ms)");
    }

    // Ordering that many would take as many writes to the disk.
    private static async Task RegisterManyAsync(RunningAuthority authority)
    {
        authority.Process.Terminate();
        await authority.Process.WaitForExitAsync();
        string path = authority["ca/registry.json"];
        JsonNode state = JsonNode.Parse(await File.ReadAllTextAsync(path))!;
        for (int number = 0; number < Clients; number++)
        {
            state["Clients"]![$"client-{number}"] = new JsonObject
            {
                ["SerialNumbers"] = new JsonArray($"main:F{number:X8}"),
                ["Applications"] = new JsonArray("echo"),
            };
        }

        await File.WriteAllTextAsync(path, state.ToJsonString());
        await authority.RestartAsync();
    }
}
