using KestrelL4.Server.Configuration.Values;

namespace KestrelL4.Server.Tests.Configuration;

public sealed class DurationTests
{
    [Theory]
    [InlineData("500ms", 500)]
    [InlineData("30s", 30_000)]
    [InlineData("5m", 300_000)]
    [InlineData("24h", 86_400_000)]
    [InlineData("7d", 604_800_000)]
    [InlineData("1.5s", 1_500)]
    [InlineData("0s", 0)]
    [InlineData("00:00:30", 30_000)]
    [InlineData("23:59:59", 86_399_000)]
    [InlineData("00:00:00.250", 250)]
    [InlineData("1.00:00:00", 86_400_000)]
    [InlineData("2.01:00:00.5", 176_400_500)]
    [InlineData("3650d", 315_360_000_000)]
    public void TryParse_RightForm_IsTheDuration(string text, double milliseconds)
    {
        Assert.True(Duration.TryParse(text, out TimeSpan value, out string allowed), allowed);
        Assert.Equal(milliseconds, value.TotalMilliseconds);
    }

    [Theory]
    [InlineData("24:00:00", "\"24h\" or \"1.00:00:00\"")]
    [InlineData("36:15:00", "\"36h\" or \"1.12:15:00\"")]
    [InlineData("30", "\"30s\"")]
    [InlineData("0", "\"0s\"")]
    [InlineData("3651d", "3650d")]
    [InlineData("99999999999999999999999999999999999999999d", "500ms")]
    [InlineData("79228162514264337593543950335d", "3650d")]
    [InlineData("10000.00:00:00", "3650d")]
    [InlineData("30 s", "30s")]
    [InlineData("30S", "30s")]
    [InlineData("-30s", "30s")]
    [InlineData("1e3s", "30s")]
    [InlineData(".5s", "30s")]
    [InlineData("5.s", "30s")]
    [InlineData("1:00:00", "hh:mm:ss")]
    [InlineData("00:60:00", "hh:mm:ss")]
    [InlineData("1.24:00:00", "d.hh:mm:ss")]
    [InlineData("never", "30s")]
    [InlineData("s", "30s")]
    public void TryParse_WrongForm_NamesTheRightOne(string text, string allowed)
    {
        Assert.False(Duration.TryParse(text, out _, out string told));
        Assert.Contains(allowed, told, StringComparison.Ordinal);
    }
}
