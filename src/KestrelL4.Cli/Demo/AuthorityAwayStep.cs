using System.Net;
using KestrelL4.Server.Admin.Answers;
using KestrelL4.Server.Health;

namespace KestrelL4.Cli.Demo;

/// <summary>Shows that the node goes on without its authority, says so, and recovers.</summary>
internal static class AuthorityAwayStep
{
    /// <summary>What the step promises.</summary>
    public const string Title = "The authority goes away, and the traffic goes on";

    /// <summary>Plays the step.</summary>
    public static async Task PlayAsync(DemoScene scene, Narrator narrator, CancellationToken deadline)
    {
        await using DemoConnection held = await scene.Alice.OpenAsync(deadline);
        await held.ExpectAnswerAsync("before", deadline);

        long gone = scene.Time.GetTimestamp();
        await scene.Authority.GoAsync();
        NodeStatus away = await scene.Node.UntilStatusAsync(
            "the authority missed", static status => Of(status).Status == ComponentStatus.Degraded, deadline);
        narrator.Tell($"the authority is stopped; {scene.Time.GetElapsedTime(gone).TotalMilliseconds:0} ms later the node says 'degraded':");
        narrator.Tell($"  {Of(away).Reason}");
        narrator.Tell($"  registry revision {away.Registry.Revision}, confirmed {away.Registry.AgeSeconds:0.0} s ago; identity until {away.Identity.NotAfter:u}");
        await PassesAsync(scene, held, deadline);
        narrator.Tell("/readyz is 200: the connection that alice holds still answers, a new one is let in, and mallory still is not");

        long back = scene.Time.GetTimestamp();
        await scene.Authority.ComeAsync(deadline);
        await scene.Node.UntilStatusAsync("the authority back", static status => Of(status).Status == ComponentStatus.Healthy, deadline);
        await held.ExpectAnswerAsync("after", deadline);
        narrator.Tell($"the authority is started; {scene.Time.GetElapsedTime(back).TotalMilliseconds:0} ms later the node is 'healthy', and alice's connection still answers");
    }

    private static ComponentState Of(NodeStatus status) => status.Components[ComponentNames.Authority];

    private static async Task PassesAsync(DemoScene scene, DemoConnection held, CancellationToken deadline)
    {
        if (await scene.Node.ReadyAsync(deadline) is var ready and not HttpStatusCode.OK)
        {
            throw new NotObservedException($"/readyz answered {(int)ready}.");
        }

        await held.ExpectAnswerAsync("still here", deadline);
        await using DemoConnection another = await scene.Alice.OpenAsync(deadline);
        await another.ExpectAnswerAsync("let me in", deadline);
        if (await scene.Mallory.AskOnceAsync("let me in", deadline) is { } answer)
        {
            throw new NotObservedException($"mallory was to be refused and got '{answer}'.");
        }
    }
}
