namespace KestrelL4.Cli.Demo;

/// <summary>Shows that a client revoked at the authority loses its open connections, and no other does.</summary>
internal static class WithdrawalStep
{
    /// <summary>What the step promises.</summary>
    public const string Title = "Revoking a client at the authority cuts its open connections";

    /// <summary>Plays the step.</summary>
    public static async Task PlayAsync(DemoScene scene, Narrator narrator, CancellationToken deadline)
    {
        long cut = await scene.Node.EndedAsync(CloseReason.Revoked, deadline);
        await using DemoConnection alice = await scene.Alice.OpenAsync(deadline);
        await using DemoConnection carol = await scene.Carol.OpenAsync(deadline);
        await alice.ExpectAnswerAsync("hold", deadline);
        await carol.ExpectAnswerAsync("hold", deadline);

        long revoked = scene.Time.GetTimestamp();
        await scene.Authority.Administrator.RevokeAsync(DemoNames.Carol, deadline);
        await carol.UntilResetAsync(deadline);
        TimeSpan passed = scene.Time.GetElapsedTime(revoked);
        await scene.Node.UntilAsync("one connection 'revoked'", status => status.Totals["revoked"] == cut + 1, deadline);
        narrator.Tell($"carol is revoked; the connection that she holds is reset {passed.TotalMilliseconds:0} ms later: 'revoked'");
        await alice.ExpectAnswerAsync("still here", deadline);
        narrator.Tell("the one that alice holds still answers");
    }
}
