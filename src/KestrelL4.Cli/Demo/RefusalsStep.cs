namespace KestrelL4.Cli.Demo;

/// <summary>Shows that everyone else is refused, each with the reason.</summary>
internal static class RefusalsStep
{
    /// <summary>What the step promises.</summary>
    public const string Title = "Everyone else is refused, and the node knows why";

    private const string Metric = "kestrell4_handshakes_total";
    private const string NoCertificate = "cause=\"no_certificate\"";

    /// <summary>Plays the step.</summary>
    public static async Task PlayAsync(DemoScene scene, Narrator narrator, CancellationToken deadline)
    {
        int accepted = scene.AcceptedByUpstreams;
        await RefuseAsync(scene, scene.Bob, CloseReason.NotAuthorized, deadline);
        narrator.Tell("bob, registered but granted nothing: 'not_authorized'");
        await RefuseAsync(scene, scene.Mallory, CloseReason.UnknownClient, deadline);
        narrator.Tell("mallory, with a certificate of the same CA but not registered: 'unknown_client'");

        long before = await scene.Node.SumAsync(Metric, NoCertificate, deadline);
        await RefuseAsync(scene, scene.Stranger, CloseReason.HandshakeFailed, deadline);
        if (await scene.Node.SumAsync(Metric, NoCertificate, deadline) != before + 1)
        {
            throw new NotObservedException($"the refusal was not counted by {Metric}{{{NoCertificate}}}.");
        }

        narrator.Tell("a stranger without a certificate: 'handshake_failed', cause 'no_certificate'");
        if (scene.AcceptedByUpstreams != accepted)
        {
            throw new NotObservedException("a refused client reached an upstream.");
        }

        narrator.Tell($"both upstreams together have accepted {accepted} connections, as many as before: none of the three got there");
    }

    private static async Task RefuseAsync(DemoScene scene, DemoClient client, CloseReason reason, CancellationToken deadline)
    {
        long before = await scene.Node.EndedAsync(reason, deadline);
        if (await client.AskOnceAsync("let me in", deadline) is { } answer)
        {
            throw new NotObservedException($"a refusal '{reason.Word()}' was expected, and the answer was '{answer}'.");
        }

        await scene.Node.UntilAsync($"one refusal '{reason.Word()}'", status => status.Totals[reason.Word()] == before + 1, deadline);
    }
}
