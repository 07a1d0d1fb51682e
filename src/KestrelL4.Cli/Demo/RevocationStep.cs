namespace KestrelL4.Cli.Demo;

/// <summary>Shows that revoking a certificate cuts the connections that are open with it, and no other.</summary>
internal static class RevocationStep
{
    /// <summary>What the step promises.</summary>
    public const string Title = "Revoking a certificate cuts its open connections";

    /// <summary>Plays the step.</summary>
    public static async Task PlayAsync(DemoScene scene, Narrator narrator, CancellationToken deadline)
    {
        long cut = await scene.Node.EndedAsync(CloseReason.Revoked, deadline);
        long refused = await scene.Node.EndedAsync(CloseReason.RevokedCertificate, deadline);
        await using DemoConnection alice = await scene.Alice.OpenAsync(deadline);
        await using DemoConnection bob = await scene.Bob.OpenAsync(deadline);
        await alice.ExpectAnswerAsync("hold", deadline);
        await bob.ExpectAnswerAsync("hold", deadline);
        narrator.Tell("alice and bob hold a connection each");

        long revoked = scene.Time.GetTimestamp();
        scene.Files.RevokeBob();
        await bob.UntilResetAsync(deadline);
        TimeSpan passed = scene.Time.GetElapsedTime(revoked);
        await scene.Node.UntilAsync("one connection 'revoked'", status => status.Totals["revoked"] == cut + 1, deadline);
        narrator.Tell($"bob's certificate is revoked; his connection is reset {passed.TotalMilliseconds:0} ms later: 'revoked'");

        if (await scene.Bob.AskOnceAsync("let me in", deadline) is { } answer)
        {
            throw new NotObservedException($"bob was to be refused and got '{answer}'.");
        }

        await scene.Node.UntilAsync(
            "one refusal 'revoked_certificate'", status => status.Totals["revoked_certificate"] == refused + 1, deadline);
        narrator.Tell("he is not let in again: 'revoked_certificate'");
        await alice.ExpectAnswerAsync("still here", deadline);
        narrator.Tell("alice's connection still answers");
    }
}
