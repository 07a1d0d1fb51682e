using KestrelL4.Cli.Control;
using KestrelL4.Cli.Display;
using KestrelL4.Cli.Draining;
using KestrelL4.Server.Admin.Answers;
using KestrelL4.Server.Health;

namespace KestrelL4.FunctionalTests;

/// <summary>What the verbs make of a node's answers for people, and of people's words for a node.</summary>
public sealed class ControlTextTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void TextTable_Cells_AreAlignedAndCannotMoveTheCursor()
    {
        TextTable table = new("NAME", "REASON");
        table.Add("a-long-name", "red \e[31m\nline");
        table.Add("b", null);

        Assert.Equal("NAME         REASON\na-long-name  red \\u001b[31m\\u000aline\nb            -\n", table.ToString());
    }

    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(1023, "1023 B")]
    [InlineData(1536, "1.5 KiB")]
    [InlineData(long.MaxValue, "8 EiB")]
    public void Bytes_Amount_IsReadable(long bytes, string expected) => Assert.Equal(expected, Readable.Bytes(bytes));

    [Theory]
    [InlineData(-5, "0s")]
    [InlineData(59, "59s")]
    [InlineData(61, "1m1s")]
    [InlineData(3_660, "1h1m")]
    [InlineData(90_000, "1d1h")]
    public void Age_Seconds_IsReadable(int seconds, string expected) => Assert.Equal(expected, Readable.Age(TimeSpan.FromSeconds(seconds)));

    [Fact]
    public void StatusText_NothingFromTheAuthorityYet_SaysSo()
    {
        string text = StatusOf(
            new IdentityStatus(null, null),
            new RegistryStatus(null, 0, 0, 0, AgeSeconds: null, Stale: false),
            new AuthorityStatus(Connected: false, Now, null, 3, "refused"));

        Assert.Contains("\nno identity yet\nno registry yet\nauthority not connected, no contact yet, failed attempts: 3\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void StatusText_AuthorityAwayAndRegistryStale_TellsHowOldItIs()
    {
        string text = StatusOf(
            new IdentityStatus(Now, "cache"),
            new RegistryStatus("cache", 2, 7, 1_234, AgeSeconds: 90_000, Stale: true),
            new AuthorityStatus(Connected: false, Now, Now, 1, "refused"));

        Assert.Contains(
            "\nregistry from cache, revision 7, clients: 1,234, epoch 2, confirmed 1d1h ago: stale\n"
                + "authority not connected, last contact 2026-01-01 00:00:00Z, failed attempts: 1\n",
            text,
            StringComparison.Ordinal);
    }

    [Fact]
    public void StatusText_NoAuthority_SaysNothingOfIt()
    {
        string text = StatusOf(new IdentityStatus(Now, "file"), new RegistryStatus("file", 0, 1, 2, AgeSeconds: 0, Stale: false), authority: null);

        Assert.Contains("\nregistry from file, revision 1, clients: 2\n\n", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("postgres", "?application=postgres")]
    [InlineData("postgres/db1", "?application=postgres&upstream=db1")]
    [InlineData("postgres/db1[10.0.0.1:5432]", "?application=postgres&upstream=db1%5B10.0.0.1%3A5432%5D")]
    public void DrainTarget_Named_BecomesTheQuery(string text, string query)
    {
        Assert.True(DrainTarget.TryParse(text, out DrainTarget target));
        Assert.Equal(query, target.Query);
    }

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("postgres/")]
    [InlineData("/db1")]
    public void DrainTarget_HalfNamed_IsRefused(string text) => Assert.False(DrainTarget.TryParse(text, out _));

    private static string StatusOf(IdentityStatus identity, RegistryStatus registry, AuthorityStatus? authority) => new StatusText(Now).Of(new NodeStatus
    {
        Status = ComponentStatus.Healthy,
        Components = new Dictionary<string, ComponentState>(),
        Version = "1.2.3",
        Node = "node1",
        StartedAt = Now,
        Configuration = new ConfigurationStatus("abc", Now, Rejected: null),
        Identity = identity,
        Registry = registry,
        Authority = authority,
        Applications = [],
        Limits = [],
    }).ToString();
}
