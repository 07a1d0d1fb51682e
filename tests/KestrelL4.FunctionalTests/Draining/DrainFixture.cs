using KestrelL4.FunctionalTests.Reload;

namespace KestrelL4.FunctionalTests.Draining;

/// <summary>A node that is operated on while a client that no drain concerns uses it without a pause.</summary>
public sealed class DrainFixture : ReloadFixture
{
    /// <summary>Sets a time-out long enough to take a drain back, and short enough to see its end.</summary>
    public DrainFixture()
    {
        Setup.Set("Drain:Timeout", "2s");
        Socket = new OperatorSocket(Setup.Directory["state/admin.sock"]);
    }

    /// <summary>The node's admin socket.</summary>
    public OperatorSocket Socket { get; }

    /// <summary>Waits until an application's port refuses connections.</summary>
    public Task UntilClosedAsync(string application) => Port.UntilRefusingAsync(Node.EndPoint(application));

    /// <summary>What <c>/status</c> says of an upstream.</summary>
    public async Task<string?> StatusOfAsync(string application, string upstream) => (string?)(await StatusOfAsync(application))!["upstreams"]!
        .AsArray().First(each => (string?)each!["name"] == upstream)!["status"];

    /// <summary>Drains an application of its own name and comes back when its connections are cut: every drain begun before has ended, too.</summary>
    public async Task OutlastEarlierDrainsAsync()
    {
        await ApplyAsync(setup => setup.Application("last", Upstream.EndPoint));
        await using TlsClient client = await Node.HoldAsync(Alice, "last");
        await Socket.DrainAsync("last");
        Assert.Equal(TlsEnd.Reset, await client.ObserveEndAsync());
        await ApplyAsync("Applications:last", null);
    }
}
