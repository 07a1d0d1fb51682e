using KestrelL4.Server.Admin.Answers;

namespace KestrelL4.Cli.Demo;

/// <summary>Shows that a connection goes where the fewest are.</summary>
internal static class LeastConnectionsStep
{
    /// <summary>What the step promises.</summary>
    public const string Title = "Each connection goes to the upstream that has the fewest";

    /// <summary>Plays the step.</summary>
    public static async Task PlayAsync(DemoScene scene, Narrator narrator, CancellationToken deadline)
    {
        string freed = scene.Upstreams[0].Name;
        const int Half = DemoCast.AliceConnections / 2;
        await using HeldConnections held = new(scene.Alice);
        await held.OpenAsync(2 * Half, deadline);
        ApplicationStatus spread = await scene.Node.UntilAsync(
            $"{Half} connections at each upstream", status => status.Upstreams.All(static upstream => upstream.Connections == Half), deadline);
        narrator.Tell($"alice holds {2 * Half} connections: {Counts(spread)}");

        await held.EndAsync(freed);
        ApplicationStatus uneven = await scene.Node.UntilAsync(
            $"no connection at {freed}", status => status.Connections == Half && At(status, freed) == 0, deadline);
        narrator.Tell($"she ends those at {freed}: {Counts(uneven)}");

        // Turn and turn about would send one of the two to the other upstream.
        IReadOnlyList<string> reached = await held.OpenAsync(2, deadline);
        if (reached.Any(upstream => upstream != freed))
        {
            throw new NotObservedException($"two more connections were expected at {freed} and reached {string.Join(", ", reached)}.");
        }

        narrator.Tell($"she opens two more: both go to {freed}");
    }

    private static string Counts(ApplicationStatus status) =>
        string.Join(", ", status.Upstreams.Select(static upstream => $"{upstream.Connections} at {upstream.Name}"));

    private static long At(ApplicationStatus status, string upstream) =>
        status.Upstreams.Single(found => found.Name == upstream).Connections;
}
