namespace KestrelL4.FunctionalTests;

/// <summary>What every verb of the real command promises: exit codes, where words go, and what is refused.</summary>
public sealed class CommandLineTests : IDisposable
{
    private readonly TemporaryDirectory _home = new();

    public void Dispose() => _home.Dispose();

    [Theory]
    [InlineData("--help")]
    [InlineData("pki", "--help")]
    [InlineData("pki", "init", "--help")]
    [InlineData("pki", "server", "--help")]
    [InlineData("pki", "client", "--help")]
    [InlineData("pki", "revoke", "--help")]
    [InlineData("enroll", "--help")]
    [InlineData("status", "--help")]
    [InlineData("connections", "--help")]
    [InlineData("close", "--help")]
    [InlineData("drain", "--help")]
    [InlineData("undrain", "--help")]
    [InlineData("reload", "--help")]
    [InlineData("explain", "--help")]
    [InlineData("wait", "--help")]
    [InlineData("connect", "--help")]
    public async Task Help_AnyVerb_ShowsTheCommandAsItIsTyped(params string[] arguments)
    {
        ToolResult result = await Run(arguments);

        Assert.Equal(0, result.ExitCode);
        Assert.Contains(string.Join(' ', ["kestrell4", .. arguments[..^1]]), result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Version_Asked_IsPrinted()
    {
        ToolResult result = await Run("--version");

        Assert.Equal(0, result.ExitCode);
        Assert.Matches(@"^\d+\.\d+\.\d+", result.Output);
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("enroll")]
    [InlineData("connect")]
    [InlineData("pki")]
    [InlineData("pki", "nonsense")]
    [InlineData("pki", "init", "--bogus")]
    [InlineData("pki", "init", "surplus")]
    [InlineData("pki", "init", "--days", "0")]
    [InlineData("pki", "init", "--days", "36501")]
    [InlineData("pki", "init", "--days", "x")]
    [InlineData("pki", "server")]
    [InlineData("pki", "server", "--host", "1.2.3.4:5")]
    [InlineData("pki", "client")]
    [InlineData("pki", "client", "ca")]
    [InlineData("pki", "client", "server")]
    [InlineData("pki", "client", "a/b")]
    [InlineData("pki", "client", "--", "-x")]
    [InlineData("pki", "revoke", "0")]
    [InlineData("pki", "revoke", "xyz")]
    public async Task Parse_WrongUsage_ExitsFourAndSaysHowToGetHelp(params string[] arguments)
    {
        ToolResult result = await Run(arguments);

        Assert.True(result.ExitCode == 4, result.ToString());
        Assert.Empty(result.Output);
        Assert.Contains("--help' to see what is allowed", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_home.Path));
    }

    [Fact]
    public async Task Pki_FileExists_ExitsOneAndKeepsIt()
    {
        await Run("pki", "init");
        await Run("pki", "client", "alice");
        Dictionary<string, string> before = Contents();

        foreach (string[] again in (string[][])[["pki", "init"], ["pki", "client", "alice"]])
        {
            ToolResult result = await Run(again);

            Assert.True(result.ExitCode == 1, result.ToString());
            Assert.Contains("already", result.Error, StringComparison.Ordinal);
            Assert.Equal(before, Contents());
        }
    }

    [Fact]
    public async Task Pki_NoCa_ExitsOneAndSaysHowToMakeOne()
    {
        ToolResult result = await Run("pki", "client", "alice");

        Assert.True(result.ExitCode == 1, result.ToString());
        Assert.Contains("pki init", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pki_DirectoryCannotBeMade_ExitsOneInOneLine()
    {
        string file = _home.Write("file", "");

        ToolResult result = await Run("pki", "init", "--directory", Path.Combine(file, "pki"));

        Assert.True(result.ExitCode == 1, result.ToString());
        Assert.Single(result.Error.TrimEnd().Split('\n'));
        Assert.Contains(file, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task PkiClient_NameBeginsWithAt_IsANameAndNoFileOfArguments()
    {
        await Run("pki", "init");

        ToolResult result = await Run("pki", "client", "@alice");

        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.True(File.Exists(_home["pki/@alice.crt"]));
    }

    private Dictionary<string, string> Contents() =>
        Directory.GetFiles(_home["pki"]).ToDictionary(static file => file, File.ReadAllText);

    private Task<ToolResult> Run(params string[] arguments) =>
        Tool.RunAsync(NodeExecutable.Path, arguments, workingDirectory: _home.Path);
}
