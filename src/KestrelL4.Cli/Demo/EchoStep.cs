namespace KestrelL4.Cli.Demo;

/// <summary>Shows the main job: a registered client reaches a service.</summary>
internal static class EchoStep
{
    /// <summary>What the step promises.</summary>
    public const string Title = "A registered client reaches a service through mutual TLS";

    /// <summary>Plays the step.</summary>
    public static async Task PlayAsync(DemoScene scene, Narrator narrator, CancellationToken deadline)
    {
        long before = await scene.Node.EndedAsync(CloseReason.Completed, deadline);
        await using (DemoConnection connection = await scene.Alice.OpenAsync(deadline))
        {
            string? answer = await connection.AskAsync("hello", deadline);
            if (answer is null || !scene.Upstreams.Any(upstream => answer == $"{upstream.Name}: hello"))
            {
                throw new NotObservedException($"alice sent 'hello' and got {(answer is null ? "no answer" : $"'{answer}'")}.");
            }

            narrator.Tell($"alice sent 'hello' over {connection.Protocol}; upstream {connection.Upstream} answered '{answer}'");
        }

        await scene.Node.UntilAsync("one more completed connection", status => status.Totals["completed"] == before + 1, deadline);
        narrator.Tell("the node counted her connection as 'completed'");
    }
}
