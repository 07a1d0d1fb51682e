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
            "alice opens two more connections: they go to ",
            "the connection that she has held meanwhile still answers",
            "bob, refused a moment ago, gets an answer",
            "ms later: 'revoked'",
            "'revoked_certificate'",
            "alice's connection still answers",
            "later the node says 'degraded'",
            "/readyz is 200: the connection that alice holds still answers, a new one is let in, and mallory still is not",
            "later the node is 'healthy', and alice's connection still answers",
            "carol is revoked; the connection that she holds is reset",
            "the one that alice holds still answers",
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
