using System.Diagnostics;
using Xunit.Abstractions;

namespace KestrelL4.FunctionalTests.Agent;

/// <summary>A stream of events that stalls without closing, while the authority answers otherwise, delays news and costs nothing else.</summary>
public sealed class StalledStreamTests(ITestOutputHelper output)
{
    // The revision is confirmed at least every 15 s, and the rest is for a machine that is busy.
    private static readonly TimeSpan ConfirmedWithin = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Stream_StallsWithoutClosing_NewsComeAllTheSame()
    {
        await using AuthorityScene scene = await AuthorityScene.StartAsync();
        FaultyLink link = scene.Link();
        await using WorkingNode working = await scene.StartNodeAsync("edge-1", link);
        TestCertificate bob = scene.NewCertificate("bob");
        await scene.RegisterAsync("bob", bob);
        await using TlsClient client = await working.Node.HoldEventuallyAsync(bob);
        string since = (string)(await working.Node.ComponentAsync("registry"))["since"]!;

        link.SilenceOpen();
        long stalled = Stopwatch.GetTimestamp();
        await scene.Authority.Administrator.RevokeClientAsync("bob");

        Assert.Equal(TlsEnd.Reset, await client.ObserveEndAsync(ConfirmedWithin));
        output.WriteLine($"revoked while the stream was stalled: reset after {Stopwatch.GetElapsedTime(stalled).TotalMilliseconds:0} ms");
        await working.Node.UntilAsync("authority", "healthy");
        Assert.Equal(since, (string?)(await working.Node.ComponentAsync("registry"))["since"]);
        await working.Traffic.AssertUnharmedAsync();
    }
}
