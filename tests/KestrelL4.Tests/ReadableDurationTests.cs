namespace KestrelL4.Tests;

public sealed class ReadableDurationTests
{
    [Theory]
    [InlineData("-00:00:05", "0s")]
    [InlineData("00:00:00.0004", "0s")]
    [InlineData("00:00:00.400", "400ms")]
    [InlineData("00:00:30", "30s")]
    [InlineData("00:00:35.59", "35.5s")]
    [InlineData("00:00:59.999", "59.9s")]
    [InlineData("00:01:01", "1m1s")]
    [InlineData("03:12:59", "3h12m")]
    [InlineData("40.01:59:00", "40d1h")]
    public void Of_Duration_IsReadable(string duration, string expected) =>
        Assert.Equal(expected, ReadableDuration.Of(TimeSpan.Parse(duration, System.Globalization.CultureInfo.InvariantCulture)));
}
