namespace KestrelL4.Cli.Demo;

/// <summary>Shows that a changed configuration takes effect while connections go on.</summary>
internal static class ReloadStep
{
    /// <summary>What the step promises.</summary>
    public const string Title = "A change of the configuration takes effect while connections go on";

    /// <summary>Plays the step.</summary>
    public static async Task PlayAsync(DemoScene scene, Narrator narrator, CancellationToken deadline)
    {
        await scene.Node.UntilAsync("no open connection", static status => status.Connections == 0, deadline);
        await using HeldConnections held = new(scene.Alice);
        await held.OpenAsync(1, deadline);
        string before = await scene.Node.ConfigurationAsync(deadline);
        scene.Files.Configure(scene.ConfigurationWithSpare);
        string after = await scene.Node.UntilConfigurationChangesAsync(before, deadline);
        narrator.Tell($"upstream {scene.Spare.Name} is written to {Path.GetFileName(scene.Files.Configuration)}; configuration {before} gives way to {after}");

        // One has a connection already: the next two go to the other, and to the new one.
        IReadOnlyList<string> reached = await held.OpenAsync(2, deadline);
        if (!reached.Contains(scene.Spare.Name))
        {
            throw new NotObservedException($"a connection was expected at {scene.Spare.Name}; two reached {string.Join(", ", reached)}.");
        }

        narrator.Tell($"alice opens two more connections: they go to {string.Join(" and ", reached.Order(StringComparer.Ordinal))}");
        await held.GoOnAsync(deadline);
        narrator.Tell("the connection that she has held meanwhile still answers");
    }
}
