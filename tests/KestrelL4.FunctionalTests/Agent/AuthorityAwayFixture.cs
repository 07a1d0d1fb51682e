namespace KestrelL4.FunctionalTests.Agent;

/// <summary>One authority with two nodes under traffic: one goes to it directly, the other by a link that can fail.</summary>
public sealed class AuthorityAwayFixture : IAsyncLifetime
{
    internal AuthorityScene Scene { get; private set; } = null!;

    internal FaultyLink Link { get; private set; } = null!;

    internal WorkingNode Direct { get; private set; } = null!;

    internal WorkingNode Linked { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Scene = await AuthorityScene.StartAsync();
        Link = Scene.Link();
        WorkingNode[] nodes = await Task.WhenAll(Scene.StartNodeAsync("direct"), Scene.StartNodeAsync("linked", Link));
        (Direct, Linked) = (nodes[0], nodes[1]);
    }

    public async Task DisposeAsync()
    {
        await Direct.DisposeAsync();
        await Linked.DisposeAsync();
        await Scene.DisposeAsync();
    }
}
