using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace KestrelL4.FunctionalTests.Authority;

/// <summary>Killed at any moment, the authority begins again with every change that it had confirmed, and nothing half made.</summary>
public sealed class AuthorityKillTests
{
    // Set to hundreds for a long run.
    private const string RoundsVariable = "KESTRELL4_KILL_ROUNDS";

    private static readonly int Rounds =
        int.Parse(Environment.GetEnvironmentVariable(RoundsVariable) ?? "20", CultureInfo.InvariantCulture);

    [Fact]
    public async Task Kill_AtRandomMomentsUnderChanges_LosesNothingConfirmed()
    {
        await using RunningAuthority authority = await RunningAuthority.StartAsync();
        ConcurrentDictionary<string, int> confirmed = [];
        for (int round = 0; round < Rounds; round++)
        {
            using CancellationTokenSource killed = new();
            Task changes = ChangeUntilAsync(authority, round, confirmed, killed.Token);
            int wanted = confirmed.Count + Random.Shared.Next(1, 6);
            await Eventually.UntilAsync(() => confirmed.Count >= wanted, "changes are confirmed");

            // Waits for nothing: it is the moment of the kill, anywhere within a change.
            await Task.Delay(TimeSpan.FromMicroseconds(Random.Shared.Next(20_000)));
            authority.Process.Kill();
            await authority.Process.WaitForExitAsync();
            await killed.CancelAsync();
            await changes;

            await authority.RestartAsync();
            Assert.False(authority.Process.HasExited, authority.Process.Output);
            await AgreesAsync(authority, confirmed);
        }
    }

    // At most one client more than were confirmed: the change whose answer was lost.
    private static async Task AgreesAsync(RunningAuthority authority, ConcurrentDictionary<string, int> confirmed)
    {
        using HttpClient http = authority.Administer();
        JsonNode report = (await http.GetFromJsonAsync<JsonNode>("/v1/admin/clients"))!;
        string[] names = [.. report["clients"]!.AsObject().Select(static entry => entry.Key)];
        Assert.Empty(confirmed.Keys.Except(names));
        string[] more = [.. names.Except(confirmed.Keys)];
        Assert.True(more.Length <= 1, $"not confirmed, and there: {string.Join(", ", more)}");
        Array.ForEach(more, name => confirmed[name] = 0);
        Assert.Equal(1 + names.Length, (int)report["revision"]!);

        string[] lines = await File.ReadAllLinesAsync(authority["ca/audit.log"]);
        long[] changes = [.. lines.Select(static line => (long)JsonNode.Parse(line)!["Change"]!)];
        Assert.Equal(Enumerable.Range(1, changes.Length).Select(static number => (long)number), changes);
        Assert.Empty(Directory.EnumerateFiles(authority["ca"], "*.new"));
        Assert.All(names, name => Assert.Contains(lines, line => line.Contains($"client {name} added", StringComparison.Ordinal)));
    }

    private static async Task ChangeUntilAsync(RunningAuthority authority, int round, ConcurrentDictionary<string, int> confirmed, CancellationToken killed)
    {
        using HttpClient http = authority.Administer();
        for (int i = 0; !killed.IsCancellationRequested; i++)
        {
            string name = $"r{round}-{i}";
            try
            {
                using HttpResponseMessage response = await http.PostAsJsonAsync(
                    "/v1/admin/clients", new { name, serialNumbers = new[] { $"main:{round + 1:X}F{i:X4}" }, applications = new[] { "*" } }, killed);
                Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync(killed));
                confirmed[name] = round;
            }
            catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException or IOException)
            {
                // Killed: whether that change was made, the next start will tell.
                return;
            }
        }
    }
}
