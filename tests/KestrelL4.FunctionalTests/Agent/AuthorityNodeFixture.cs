namespace KestrelL4.FunctionalTests.Agent;

/// <summary>One authority with one node under traffic.</summary>
public sealed class AuthorityNodeFixture : IAsyncLifetime
{
    internal AuthorityScene Scene { get; private set; } = null!;

    internal WorkingNode Working { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Scene = await AuthorityScene.StartAsync();
        Working = await Scene.StartNodeAsync("edge-1");
    }

    public async Task DisposeAsync()
    {
        await Working.DisposeAsync();
        await Scene.DisposeAsync();
    }
}
