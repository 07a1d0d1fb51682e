using System.Globalization;
using System.Text.RegularExpressions;
using KestrelL4.FunctionalTests.RealClients;

namespace KestrelL4.FunctionalTests.People;

/// <summary>The commands of the pages by task work, in their order, in an empty directory, and print what the pages say.</summary>
public sealed partial class DocumentedCommandsTests : IDisposable
{
    private const string Marker = "--- block ";

    private readonly TemporaryDirectory _home = new();

    public void Dispose() => _home.Dispose();

    [RequiresToolFact("bash", "redis-server", "redis-cli", "openssl")]
    public Task GetStarted_CommandsInOrder_DoWhatThePageSays() => RunAsync("get-started.md", Ports("6379", "6380", "6390", "9780"));

    [RequiresToolFact("bash", "curl", "openssl")]
    public Task RotateCertificates_CommandsInOrder_DoWhatThePageSays() => RunAsync("rotate-certificates.md", Ports("6443", "9780"));

    [RequiresPostgreSqlFact]
    public async Task PostgreSql_CommandsInOrder_DoWhatThePageSays()
    {
        await using PostgreSqlServer server = await PostgreSqlServer.StartAsync();
        Dictionary<string, string> replaced = Ports("5433", "5434", "6432", "9780");
        replaced["5432"] = server.EndPoint.Port.ToString(CultureInfo.InvariantCulture);
        replaced["PGUSER=postgres"] = "PGUSER=tester";
        await RunAsync("postgresql.md", replaced);
    }

    private static Dictionary<string, string> Ports(params string[] ports) =>
        ports.ToDictionary(static port => port, static _ => FreePort.Take().Port.ToString(CultureInfo.InvariantCulture));

    private static string Page(string name)
    {
        DirectoryInfo directory = new(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory.FullName, "KestrelL4.sln")))
        {
            directory = directory.Parent ?? throw new InvalidOperationException("The tests lie in no checkout of KestrelL4.");
        }

        return File.ReadAllText(Path.Combine(directory.FullName, "docs", name));
    }

    private async Task RunAsync(string page, Dictionary<string, string> replaced)
    {
        string text = replaced.Aggregate(Page(page), static (text, pair) => text.Replace(pair.Key, pair.Value, StringComparison.Ordinal));
        Match[] blocks = [.. Block().Matches(text).Cast<Match>()];
        string script = string.Concat(blocks.Select(static (block, number) => $"{block.Groups["commands"].Value}\necho '{Marker}{number}'\n"));

        // What the page starts in the background ends with it, however far it came.
        ToolResult result = await Tool.RunAsync(
            "bash",
            ["-euo", "pipefail", "-c", $"PATH={Path.GetDirectoryName(NodeExecutable.Path)}:$PATH\ntrap 'kill -9 $(jobs -p) 2> /dev/null || true' EXIT\n{script}"],
            timeout: TimeSpan.FromSeconds(100),
            workingDirectory: _home.Path);

        Assert.True(result.ExitCode == 0, result.ToString());
        string[] outputs = result.Output.Replace("\r", "", StringComparison.Ordinal).Split(Marker);
        for (int i = 0; i < blocks.Length; i++)
        {
            foreach (string line in blocks[i].Groups["printed"].Value.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            {
                Assert.Matches(Pattern(line), OneSpace().Replace(outputs[i], " "));
            }
        }
    }

    // A line of the page holds for any widths of columns, and … for anything.
    private static string Pattern(string line) => $"(?m)^ ?{Regex.Escape(OneSpace().Replace(line, " ")).Replace("…", ".*", StringComparison.Ordinal)} ?$";

    [GeneratedRegex("```sh\n(?<commands>.*?)```\n(```text\n(?<printed>.*?)```\n)?", RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex("[ \t]+")]
    private static partial Regex OneSpace();
}
