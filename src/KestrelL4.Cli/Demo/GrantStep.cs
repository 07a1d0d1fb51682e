namespace KestrelL4.Cli.Demo;

/// <summary>Shows that a change at the authority is in force at the node at once.</summary>
internal static class GrantStep
{
    /// <summary>What the step promises.</summary>
    public const string Title = "A grant at the authority takes effect at once";

    /// <summary>Plays the step.</summary>
    public static async Task PlayAsync(DemoScene scene, Narrator narrator, CancellationToken deadline)
    {
        long before = (await scene.Node.StatusAsync(deadline)).Registry.Revision;
        long granted = scene.Time.GetTimestamp();
        await scene.Authority.Administrator.GrantAsync(DemoNames.Bob, DemoNames.Application, deadline);
        long after = (await scene.Node.UntilStatusAsync("another revision", status => status.Registry.Revision > before, deadline)).Registry.Revision;
        TimeSpan passed = scene.Time.GetElapsedTime(granted);
        narrator.Tell($"bob is granted {DemoNames.Application}; {passed.TotalMilliseconds:0} ms later the node serves revision {after} of the registry instead of {before}");

        await using DemoConnection bob = await scene.Bob.OpenAsync(deadline);
        await bob.ExpectAnswerAsync("hello", deadline);
        narrator.Tell("bob, refused a moment ago, gets an answer");
    }
}
