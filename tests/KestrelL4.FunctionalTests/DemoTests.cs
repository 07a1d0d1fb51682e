namespace KestrelL4.FunctionalTests;

/// <summary>The demo, as somebody meets the command for the first time.</summary>
public sealed class DemoTests : IDisposable
{
    private readonly TemporaryDirectory _home = new();

    public void Dispose() => _home.Dispose();

    [Fact]
    public async Task Demo_Once_ObservesEverythingAndLeavesNothingBehind()
    {
        ToolResult result = await Tool.RunAsync(
            NodeExecutable.Path, ["demo", "--once"], workingDirectory: _home.Path, timeout: TimeSpan.FromSeconds(90));

        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Empty(result.Error);
        string[] observed =
        [
            "over TLS 1.3; upstream",
            "3 at one, 3 at two",
            "both go to one",
            "'rate_limited', by the limit 'client_application'",
            "'not_authorized'",
            "'unknown_client'",
            "cause 'no_certificate'",
            "bob, refused a moment ago, gets an answer",
            "the connection that alice has held meanwhile still answers",
            "ms later: 'revoked'",
            "'revoked_certificate'",
            "alice's connection still answers",
            "All was observed.",
        ];
        Assert.All(observed, line => Assert.Contains(line, result.Output, StringComparison.Ordinal));
        string directory = result.Output.Split('\n')[0].Split(" in ")[1];
        Assert.False(Path.Exists(directory), directory);
        Assert.Empty(Directory.GetFileSystemEntries(_home.Path));
    }

    [Fact]
    public async Task Demo_StaysUp_AnswersAtThePrintedAddressUntilASignal()
    {
        using var demo = new NodeProcess(NodeExecutable.Path, ["demo"], _home.Path);
        const string Label = "Admin endpoint: ";
        await Eventually.UntilAsync(
            () => Task.FromResult(demo.Lines.Any(line => line.StartsWith(Label, StringComparison.Ordinal))),
            () => $"the demo prints its address; it printed\n{demo.Output}",
            TimeSpan.FromSeconds(90));
        string address = demo.Lines.Single(line => line.StartsWith(Label, StringComparison.Ordinal))[Label.Length..];

        using HttpClient http = new();
        Assert.Contains("\"healthy\"", await http.GetStringAsync($"{address}/readyz"), StringComparison.Ordinal);
        demo.Terminate();

        Assert.Equal(0, await demo.WaitForExitAsync());
        await Assert.ThrowsAsync<HttpRequestException>(() => http.GetStringAsync($"{address}/readyz"));
    }
}
