using KestrelL4.Cli.Control;

namespace KestrelL4.FunctionalTests;

/// <summary>What the verbs make of a node's answers for people, and of people's words for a node.</summary>
public sealed class ControlTextTests
{
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
}
