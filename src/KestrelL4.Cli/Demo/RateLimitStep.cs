namespace KestrelL4.Cli.Demo;

/// <summary>Shows that a limit holds.</summary>
internal static class RateLimitStep
{
    /// <summary>What the step promises.</summary>
    public const string Title = "A client gets no more than its grant allows";

    private const string Metric = "kestrell4_rate_limited_total";
    private const string Scope = "scope=\"client_application\"";

    /// <summary>Plays the step.</summary>
    public static async Task PlayAsync(DemoScene scene, Narrator narrator, CancellationToken deadline)
    {
        const int Allowed = DemoCast.AliceConnections;
        await scene.Node.UntilAsync("no open connection", static status => status.Connections == 0, deadline);
        long refused = await scene.Node.EndedAsync(CloseReason.RateLimited, deadline);
        long counted = await scene.Node.SumAsync(Metric, Scope, deadline);
        await using (HeldConnections held = new(scene.Alice))
        {
            await held.OpenAsync(Allowed, deadline);
            int accepted = scene.AcceptedByUpstreams;
            narrator.Tell($"alice holds {Allowed} connections, as many as her grant allows");
            if (await scene.Alice.AskOnceAsync("one more", deadline) is { } answer)
            {
                throw new NotObservedException($"one more connection was to be refused and got '{answer}'.");
            }

            await scene.Node.UntilAsync("one refusal 'rate_limited'", status => status.Totals["rate_limited"] == refused + 1, deadline);
            if (await scene.Node.SumAsync(Metric, Scope, deadline) != counted + 1 || scene.AcceptedByUpstreams != accepted)
            {
                throw new NotObservedException($"the refusal was not counted by {Metric}{{{Scope}}}, or it reached an upstream.");
            }

            narrator.Tell("one more is closed without a byte: 'rate_limited', by the limit 'client_application'; no upstream noticed");
        }

        await scene.Node.UntilAsync("no open connection", static status => status.Connections == 0, deadline);
        if (await scene.Alice.AskOnceAsync("again", deadline) is null)
        {
            throw new NotObservedException("alice was refused although she held no connection any more.");
        }

        narrator.Tell("once she has let go of them she is admitted again");
    }
}
