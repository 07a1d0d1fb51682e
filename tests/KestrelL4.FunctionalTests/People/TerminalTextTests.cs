using KestrelL4.Cli.Display;
using KestrelL4.Cli.Draining;
using KestrelL4.Server.Admin.Answers;
using KestrelL4.Server.Health;

namespace KestrelL4.FunctionalTests.People;

/// <summary>What people see on a terminal: colours, its width, and nothing that foreign text could do to it.</summary>
public sealed class TerminalTextTests
{
    private static readonly Terminal Colourful = new(ColourUse.Some) { Width = 80 };

    [Fact]
    public void Of_ForeignTextLooksLikeMarkup_IsShownAsItIs()
    {
        TextTable table = new("NAME", "REASON");
        table.Add("[red]x[/]", "[link=http://evil]y[/] :warning: \e[2J\u009b2J\u202e");

        string text = new TerminalText(Colourful).Of(new Report(table, new TextLines().Add("[bold]z")));

        Assert.Contains("[red]x[/]", text, StringComparison.Ordinal);
        Assert.Contains("[link=http://evil]y[/] :warning: \\u001b[2J\\u009b2J\\u202e", text, StringComparison.Ordinal);
        Assert.Contains("[bold]z", text, StringComparison.Ordinal);
        Assert.DoesNotContain("\e[2J", text, StringComparison.Ordinal);
        Assert.DoesNotContain("\e]8", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Tone.Good, "\e[32m")]
    [InlineData(Tone.Doubtful, "\e[33m")]
    [InlineData(Tone.Bad, "\e[31m")]
    internal void Of_Tone_IsItsColour(Tone tone, string escape) =>
        Assert.Contains($"{escape}word", new TerminalText(Colourful).Of(Report.Of(new Cell("word", tone))), StringComparison.Ordinal);

    [Fact]
    public void Of_NoColours_HasNoEscapeAtAll()
    {
        TextTable table = new("NAME", "STATUS");
        table.Add("a", new Cell("down", Tone.Bad));

        string text = new TerminalText(new Terminal(ColourUse.None)).Of(new Report(Report.Of(new Cell("x", Tone.Bad)).Parts[0], table));

        Assert.DoesNotContain('\e', text);
        Assert.Equal("x\n\nNAME  STATUS\na     down\n", text);
    }

    [Fact]
    public void Of_NarrowTerminal_BreaksTheLastColumnAloneAndNoId()
    {
        const string Id = "0123456789ABCDEF0123456789ABCDEF";
        TextTable table = new("ID", "REASON");
        table.Add(Id, "many words that tell what is the case and what to do about it");

        string text = new TerminalText(new Terminal(ColourUse.None) { Width = 60 }).Of(new Report(table));

        Assert.Contains(Id, text, StringComparison.Ordinal);
        Assert.True(text.Split('\n').Length > 4, text);
        Assert.All(text.Split('\n'), line => Assert.True(line.Length <= 60, text));
    }

    [Fact]
    public void Of_TerminalNarrowerThanTheIds_KeepsThemWhole()
    {
        const string Id = "0123456789ABCDEF0123456789ABCDEF";
        TextTable table = new("ID", "PEER", "SENT");
        table.Add(Id, "127.0.0.1:12345", "1.5 MiB");

        Assert.Contains($"{Id}  127.0.0.1:12345  1.5 MiB\n", new TerminalText(new Terminal(ColourUse.None) { Width = 20 }).Of(new Report(table)), StringComparison.Ordinal);
    }

    [Fact]
    public void Report_InAPipe_IsNeverBroken()
    {
        string reason = string.Join(' ', Enumerable.Repeat("word", 200));
        TextTable table = new("NAME", "REASON");
        table.Add("a", new Cell(reason, Tone.Bad));

        Assert.Equal($"one sentence\n\nNAME  REASON\na     {reason}\n", new Report(new TextLines().Add("one ", "sentence"), table).ToString());
    }

    [Fact]
    public void JsonText_ControlCharacters_AreEscapesOfTheSameText()
    {
        const string Json = "{ \"a\": \"x\u009b31m\u007f\u202e\" }\n";

        string text = JsonText.Of(Json);

        Assert.Equal("{ \"a\": \"x\\u009b31m\\u007f\\u202e\" }\n", text);
        Assert.Equal("x\u009b31m\u007f\u202e", (string?)System.Text.Json.Nodes.JsonNode.Parse(text)!["a"]);
    }

    [Theory]
    [InlineData(ComponentStatus.Healthy, true, "InService")]
    [InlineData(ComponentStatus.Draining, true, "Announced")]
    [InlineData(ComponentStatus.Draining, false, "Waiting")]
    internal void DrainState_Node_FollowsStatusAndPort(ComponentStatus status, bool open, string phase)
    {
        DrainState state = DrainState.Of(Status(status, open), DrainTarget.Node);

        Assert.Equal((phase, 3L, 2L), (state.Phase.ToString(), state.Connections, state.Cut));
    }

    [Fact]
    public void DrainState_ExpandedUpstream_IsEveryAddressOfItsName()
    {
        NodeStatus status = Status(ComponentStatus.Healthy, open: true);

        Assert.Equal((DrainPhase.Waiting, 2L), PhaseOf("db"));
        Assert.Equal((DrainPhase.InService, 1L), PhaseOf("db2"));

        (DrainPhase, long) PhaseOf(string upstream)
        {
            DrainState state = DrainState.Of(status, new DrainTarget("echo", upstream));
            return (state.Phase, state.Connections);
        }
    }

    private static NodeStatus Status(ComponentStatus status, bool open)
    {
        DateTimeOffset now = DateTimeOffset.UnixEpoch;
        UpstreamStatus Upstream(string name, string word) =>
            new() { Name = name, Address = "127.0.0.1:1", Status = word, Connections = 1, Total = 1, Since = now };
        return new NodeStatus
        {
            Status = status,
            Components = new Dictionary<string, ComponentState>(),
            Version = "1",
            Node = "n",
            StartedAt = now,
            Configuration = new ConfigurationStatus("a", now),
            Identity = new IdentityStatus(now, "file"),
            Registry = new RegistryStatus("file", 0, 1, 1, 0, Stale: false),
            Authority = null,
            Limits = [],
            Applications =
            [
                new ApplicationStatus
                {
                    Name = "echo",
                    Listen = "127.0.0.1:1",
                    Open = open,
                    Status = status,
                    Connections = 3,
                    Queued = 0,
                    Totals = new Dictionary<string, long> { ["drained"] = 2, ["completed"] = 5 },
                    Upstreams = [Upstream("db[10.0.0.1:1]", "draining"), Upstream("db[10.0.0.2:1]", "draining"), Upstream("db2", "available")],
                },
            ],
        };
    }
}
