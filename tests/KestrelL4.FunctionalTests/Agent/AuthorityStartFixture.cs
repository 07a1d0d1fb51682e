namespace KestrelL4.FunctionalTests.Agent;

/// <summary>An authority for nodes that do not come up.</summary>
public sealed class AuthorityStartFixture : IAsyncLifetime
{
    internal AuthorityScene Scene { get; private set; } = null!;

    internal string Pin { get; private set; } = "";

    public async Task InitializeAsync()
    {
        Scene = await AuthorityScene.StartAsync();
        Pin = await Scene.Authority.Administrator.PinAsync();
    }

    public async Task DisposeAsync() => await Scene.DisposeAsync();

    /// <summary>A token by which another has joined.</summary>
    internal async Task<string> UsedTokenAsync()
    {
        string token = await Scene.Authority.Administrator.TokenAsync("other");
        await Scene.Authority.JoinAsync("other", token);
        return token;
    }
}
