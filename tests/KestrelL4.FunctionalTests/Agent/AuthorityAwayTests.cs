using System.Diagnostics;
using System.Net;
using System.Text.Json.Nodes;
using Xunit.Abstractions;

namespace KestrelL4.FunctionalTests.Agent;

/// <summary>
/// The authority is taken away in every way: the node says so in time, stays ready, loses no connection, lets new ones in, and
/// sees at once when it is back.
/// </summary>
/// <remarks>The times go to the output; docs/measurements.md has those of a machine with nothing else to do.</remarks>
public sealed class AuthorityAwayTests(AuthorityAwayFixture fixture, ITestOutputHelper output) : IClassFixture<AuthorityAwayFixture>
{
    // A second by the promise, and the rest for a machine that is busy.
    private static readonly TimeSpan AtOnce = TimeSpan.FromSeconds(3);

    // A stream is dead after 20 s without a word, of which up to 5 s have passed.
    private static readonly TimeSpan AfterSilence = TimeSpan.FromSeconds(23);

    [Fact]
    public Task Authority_Killed_IsToldAndTheTrafficGoesOn() => GoesOnAsync(
        "killed", fixture.Direct, () => fixture.Scene.Authority.Process.Kill(), fixture.Scene.Authority.RestartAsync, AtOnce);

    [Fact]
    public Task Authority_Stopped_IsToldAndTheTrafficGoesOn() => GoesOnAsync(
        "stopped", fixture.Direct, () => fixture.Scene.Authority.Process.Terminate(), fixture.Scene.Authority.RestartAsync, AtOnce);

    [Fact]
    public Task Port_Refused_IsToldAndTheTrafficGoesOn() =>
        GoesOnAsync("port refused", fixture.Linked, () => _ = fixture.Link.RefuseAsync(), Mend, AtOnce);

    [Fact]
    public async Task Server_WithAForeignCertificate_IsToldAndTheTrafficGoesOn()
    {
        await using TlsEchoServer foreign = new(TestAuthority.CreateRoot("another").Issue(TestSubject.Server()));

        string failure = await GoesOnAsync("foreign certificate", fixture.Linked, () => fixture.Link.Redirect(foreign.EndPoint), MendAndRedirect, AtOnce);

        Assert.Contains("certificate", failure, StringComparison.Ordinal);

        Task MendAndRedirect()
        {
            fixture.Link.Redirect(fixture.Scene.Authority.EndPoint);
            return Task.CompletedTask;
        }
    }

    [Fact]
    public Task Answers_SlowerThanAnAttemptMayTake_AreToldAndTheTrafficGoesOn() => GoesOnAsync(
        "cut, then slow",
        fixture.Linked,
        () =>
        {
            fixture.Link.Delay(TimeSpan.FromSeconds(6));
            fixture.Link.Cut();
        },
        () =>
        {
            // What is on its way would still come late.
            fixture.Link.Mend();
            fixture.Link.Cut();
            return Task.CompletedTask;
        },
        AtOnce);

    // Both at the same time, for the time that they take: a process that stands still, and a link that swallows everything.
    [Fact]
    public Task Silence_OfAuthorityAndOfLink_IsToldAndTheTrafficGoesOn() => Task.WhenAll(
        GoesOnAsync("suspended", fixture.Direct, () => fixture.Scene.Authority.Process.Suspend(), Resume, AfterSilence),
        GoesOnAsync("link silent", fixture.Linked, fixture.Link.Silence, Mend, AfterSilence));

    private Task Mend()
    {
        fixture.Link.Mend();
        return Task.CompletedTask;
    }

    private Task Resume()
    {
        fixture.Scene.Authority.Process.Resume();
        return Task.CompletedTask;
    }

    private async Task<string> GoesOnAsync(string what, WorkingNode working, Action take, Func<Task> giveBack, TimeSpan within)
    {
        TestNode node = working.Node;
        await node.UntilAsync("authority", "healthy");
        take();
        TimeSpan told = await node.UntilAsync("authority", "degraded", within);
        JsonNode status = await SaysWhatItLivesOnAsync(node);
        await working.Traffic.AssertUnharmedAsync();

        long given = Stopwatch.GetTimestamp();
        await giveBack();
        TimeSpan ready = Stopwatch.GetElapsedTime(given);
        TimeSpan back = await node.UntilAsync("authority", "healthy");
        Assert.True((bool)(await node.StatusAsync())["authority"]!["connected"]!);
        await working.Traffic.AssertUnharmedAsync();
        output.WriteLine($"{what}: degraded after {told.TotalMilliseconds:0} ms; healthy {back.TotalMilliseconds:0} ms after it was back"
            + $" (which took {ready.TotalMilliseconds:0} ms); {status["authority"]!["failure"]}");
        return (string)status["authority"]!["failure"]!;
    }

    private static async Task<JsonNode> SaysWhatItLivesOnAsync(TestNode node)
    {
        (HttpStatusCode code, string text) = await node.ReadyAsync();
        Assert.Equal(HttpStatusCode.OK, code);
        Assert.Equal("degraded", (string?)JsonNode.Parse(text)!["status"]);
        JsonNode component = JsonNode.Parse(text)!["components"]!["authority"]!;
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        Assert.InRange((DateTimeOffset)component["since"]!, now.AddMinutes(-1), now);
        Assert.All(["last contact at", "registry confirmed", "identity valid until"], part => Assert.Contains(part, (string)component["reason"]!, StringComparison.Ordinal));

        JsonNode status = await node.StatusAsync();
        Assert.False((bool)status["authority"]!["connected"]!);
        Assert.InRange((DateTimeOffset)status["authority"]!["lastContact"]!, now.AddMinutes(-1), now);
        Assert.InRange((double)status["registry"]!["ageSeconds"]!, 0, 60);
        Assert.False((bool)status["registry"]!["stale"]!);
        Assert.InRange((DateTimeOffset)status["identity"]!["notAfter"]!, now.AddHours(71), now.AddHours(73));
        Assert.Equal(0, (await node.MetricsAsync()).Sum("kestrell4_authority_connected"));
        return status;
    }
}
