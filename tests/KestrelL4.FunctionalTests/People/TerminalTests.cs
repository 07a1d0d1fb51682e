namespace KestrelL4.FunctionalTests.People;

/// <summary>The command on a real pseudo-terminal: it colours, redraws in place, and leaves the terminal as it found it.</summary>
public sealed class TerminalTests : IAsyncLifetime
{
    private const string Borrowed = "\e[?1049h";
    private const string Returned = "\e[?7h\e[?25h\e[?1049l";
    private const string AnyStyle = @"\e\[[0-9;]*m";
    private const string CtrlC = "\u0003";
    private const string CtrlZ = "\u001a";

    private readonly EchoServer _upstream = new();
    private readonly NodeSetup _setup = new();
    private TestNode _node = null!;
    private TestCertificate _alice = null!;

    private string Command => $"{NodeExecutable.Path} {{0}} --socket {_setup.Directory["state/admin.sock"]}";

    public async Task InitializeAsync()
    {
        _setup.Application("echo", _upstream.EndPoint);
        _alice = _setup.Client("alice", "echo");
        _node = await _setup.StartAsync();
    }

    public async Task DisposeAsync()
    {
        await _node.DisposeAsync();
        await _upstream.DisposeAsync();
    }

    [RequiresToolFact(PseudoTerminal.Tool)]
    public async Task Status_OnATerminal_IsColouredUnlessNoColorOrRedirected()
    {
        await using PseudoTerminal terminal = Run($"{Verb("status")}; echo --; NO_COLOR=1 {Verb("status")}; echo --; {Verb("status")} | cat");
        await terminal.EndAsync();

        string[] parts = terminal.Shown.Split("--");
        Assert.Contains("\e[32mhealthy\e[", parts[0], StringComparison.Ordinal);
        // .NET itself sets the mode of the keypad on a terminal; colours are ours.
        Assert.DoesNotMatch(AnyStyle, parts[1]);
        Assert.DoesNotMatch(AnyStyle, parts[2]);
        Assert.Matches("application:echo +healthy", parts[1]);
        Assert.Matches("application:echo +healthy", parts[2]);
    }

    [RequiresToolFact(PseudoTerminal.Tool)]
    public async Task StatusWatch_NodeGoesAndComesAndCtrlC_SaysSoAndGivesTheTerminalBack()
    {
        await using PseudoTerminal terminal = Run($"trap : INT; {Verb("status --watch")}; echo rc=$?; stty -a");

        await terminal.UntilShownAsync("\e[H", times: 2);
        _node.Process.Kill();
        await terminal.UntilShownAsync("away for ");
        Assert.Contains("Before that:", terminal.Shown, StringComparison.Ordinal);
        int away = terminal.Shown.Length;
        await using TestNode next = await _setup.StartAsync();
        await Eventually.UntilAsync(
            () => terminal.Shown[away..].Contains("up 0s", StringComparison.Ordinal) || terminal.Shown[away..].Contains("up 1s", StringComparison.Ordinal),
            "the node that came is shown");
        await terminal.TypeAsync(CtrlC);
        await terminal.EndAsync();

        string shown = terminal.Shown;
        Assert.True(shown.IndexOf(Borrowed, StringComparison.Ordinal) < shown.IndexOf("\e[H", StringComparison.Ordinal), shown);
        string after = shown[(shown.LastIndexOf(Returned, StringComparison.Ordinal) + Returned.Length)..];
        Assert.Contains("rc=0", after, StringComparison.Ordinal);
        Assert.DoesNotContain('\e', after);
        Assert.Matches(@"[^-]icanon.*[^-]echo ", after.ReplaceLineEndings(" "));
    }

    [RequiresToolFact(PseudoTerminal.Tool, "bash")]
    public async Task StatusWatch_CtrlZ_GivesTheTerminalBackUntilItGoesOn()
    {
        await using PseudoTerminal terminal = Run("bash --norc -i");
        await terminal.TypeAsync($"{Verb("status --watch")}\n");
        await terminal.UntilShownAsync("\e[H");

        await terminal.TypeAsync(CtrlZ);
        await terminal.UntilShownAsync(Returned);
        await terminal.UntilShownAsync("Stopped");
        await terminal.TypeAsync("fg\n");
        await terminal.UntilShownAsync(Borrowed, times: 2);
        await terminal.TypeAsync(CtrlC);
        await terminal.UntilShownAsync(Returned, times: 2);
        await terminal.TypeAsync("exit\n");
        await terminal.EndAsync();
    }

    [RequiresToolFact(PseudoTerminal.Tool)]
    public async Task DrainWait_OnATerminal_ShowsWhatIsLeftInOneLine()
    {
        await using TlsClient client = await _node.HoldAsync(_alice);
        await using PseudoTerminal terminal = Run($"{Verb("drain echo --wait")}; echo rc=$?");

        await terminal.UntilShownAsync("\r[....................] Draining application echo: 1 of 1 connections left");
        await client.DisposeAsync();
        await terminal.EndAsync();

        Assert.Matches(@"Drained application echo within \d+s; connections cut: 0\.\r\nrc=0", terminal.Shown);
    }

    [RequiresToolFact(PseudoTerminal.Tool)]
    public async Task DrainWait_OnANarrowTerminal_NeverBreaksTheLine()
    {
        await using TlsClient client = await _node.HoldAsync(_alice);
        await using PseudoTerminal terminal = Run($"stty cols 50; {Verb("drain echo --wait")}");

        await terminal.UntilShownAsync("\rDraining application echo: 1 of 1 connections");
        await client.DisposeAsync();
        await terminal.EndAsync();

        string[] lines = terminal.Shown[..terminal.Shown.IndexOf("Drained", StringComparison.Ordinal)].Split('\r');
        Assert.All(lines, static line => Assert.InRange(line.Replace("\e[K", "", StringComparison.Ordinal).Length, 0, 49));
    }

    [RequiresToolFact("bash", "timeout")]
    public async Task StatusWatch_ReaderOfThePipeGone_Ends()
    {
        ToolResult result = await Tool.RunAsync("bash", ["-c", $"timeout 20 {Verb("status --watch --json")} | head -n 1; echo ${{PIPESTATUS[0]}}"]);

        Assert.Equal(["{", "0"], result.Output.TrimEnd().Split('\n').Select(static line => line[..1]));
    }

    private string Verb(string verb) => string.Format(System.Globalization.CultureInfo.InvariantCulture, Command, verb);

    private PseudoTerminal Run(string command) => new(command, _setup.Directory.Path);
}
