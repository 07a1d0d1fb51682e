namespace KestrelL4.Tests;

public sealed class SamplesTests
{
    [Fact]
    public async Task Embedding_Once_DrivesItsOwnConnectionsAndEndsWithZero()
    {
        string configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
        string sample = Path.Combine(Checkout.Path, "samples", "Embedding", "bin", configuration, "net10.0", "Embedding.dll");

        ToolResult result = await Tool.RunAsync("dotnet", [sample, "--once"]);

        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Contains("completed", result.Output, StringComparison.Ordinal);
        Assert.Contains("rate_limited", result.Output, StringComparison.Ordinal);
    }
}
