using System.Diagnostics;

namespace KestrelL4.FunctionalTests.HealthChecks;

/// <summary>A node is starting until each configured probe has answered or timed out once.</summary>
public sealed class StartingTests
{
    [Fact]
    public async Task Start_UpstreamThatDoesNotAnswer_IsReadyAfterTheFirstTimeout()
    {
        using SilentPort silent = new();
        NodeSetup setup = new NodeSetup().Application("echo", silent.EndPoint)
            .Set("Applications:echo:HealthCheck:Active:Probe", "Tcp")
            .Set("Applications:echo:HealthCheck:Active:Timeout", "2s");
        long begun = Stopwatch.GetTimestamp();

        await using TestNode node = await setup.StartAsync();

        Assert.True(Stopwatch.GetElapsedTime(begun) >= TimeSpan.FromSeconds(2), "it was ready before");
        Assert.Equal("available", (await node.UpstreamAsync("echo", "u1")).Status);
    }
}
