namespace KestrelL4.FunctionalTests.Reload;

/// <summary>Tests that change a running node; after each, the client that no change concerned has noticed nothing.</summary>
public abstract class ReloadTestBase(ReloadFixture fixture) : IAsyncLifetime
{
    /// <summary>The running node.</summary>
    protected TestNode Node => fixture.Node;

    public virtual Task InitializeAsync() => Task.CompletedTask;

    public virtual Task DisposeAsync() => fixture.Bystander.AssertUnharmedAsync(fixture.Node);

    /// <summary>Makes sure that an open connection still goes both ways.</summary>
    protected static async Task GoesOnAsync(TlsClient client) => Assert.Equal("still"u8.ToArray(), await client.EchoAsync("still"u8.ToArray()));
}
