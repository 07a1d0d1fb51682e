namespace KestrelL4.Cli.Demo;

/// <summary>Shows that a changed configuration takes effect while connections go on.</summary>
internal static class ReloadStep
{
    /// <summary>What the step promises.</summary>
    public const string Title = "A change of the configuration takes effect while connections go on";

    /// <summary>Plays the step.</summary>
    public static async Task PlayAsync(DemoScene scene, Narrator narrator, CancellationToken deadline)
    {
        await using DemoConnection held = await scene.Alice.OpenAsync(deadline);
        await held.ExpectAnswerAsync("before", deadline);
        string before = await scene.Node.ConfigurationAsync(deadline);
        scene.Files.GrantToBob();
        string after = await scene.Node.UntilConfigurationChangesAsync(before, deadline);
        narrator.Tell($"bob's grant is written to {Path.GetFileName(scene.Files.Configuration)}; configuration {before} gives way to {after}");

        await using (DemoConnection bob = await scene.Bob.OpenAsync(deadline))
        {
            await bob.ExpectAnswerAsync("hello", deadline);
        }

        narrator.Tell("bob, refused a moment ago, gets an answer");
        await held.ExpectAnswerAsync("after", deadline);
        narrator.Tell("the connection that alice has held meanwhile still answers");
    }
}
