using KestrelL4.RateLimiting;
using KestrelL4.Server.Configuration;

namespace KestrelL4.Server.Tests.Configuration;

public sealed class RateLimitTests : IDisposable
{
    private readonly ConfigurationFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Read_BytesAndWaits_AreThoseOfEachScope()
    {
        NodeConfiguration configuration = _folder.ReadWith(
            "RateLimit:BytesPerSecond=9223372036854775807",
            "RateLimit:WaitUpTo=2m",
            "Applications:echo:RateLimit:BytesPerSecond=1",
            "Applications:echo:ClientRateLimit:WaitUpTo=500ms",
            "Clients:alice:RateLimit:BytesPerSecond=1000",
            "Clients:alice:RateLimits:echo:WaitUpTo=1s").Valid();

        Assert.Equal(new RateLimit { BytesPerSecond = long.MaxValue, WaitUpTo = TimeSpan.FromMinutes(2) }, configuration.RateLimit);
        Assert.Equal(new RateLimit { BytesPerSecond = 1 }, configuration.Applications["echo"].RateLimit);
        Assert.Equal(new RateLimit { WaitUpTo = TimeSpan.FromMilliseconds(500) }, configuration.Applications["echo"].ClientRateLimit);
        Assert.Equal(new RateLimit { BytesPerSecond = 1000 }, configuration.Clients["alice"].RateLimit);
        Assert.Equal(new RateLimit { WaitUpTo = TimeSpan.FromSeconds(1) }, configuration.Clients["alice"].RateLimits["echo"]);
    }

    [Theory]
    [InlineData("RateLimit:BytesPerSecond", "0")]
    [InlineData("RateLimit:BytesPerSecond", "-5")]
    [InlineData("RateLimit:BytesPerSecond", "10MB")]
    [InlineData("RateLimit:BytesPerSecond", "1.5")]
    [InlineData("RateLimit:BytesPerSecond", "9223372036854775808")]
    [InlineData("Applications:echo:RateLimit:WaitUpTo", "5")]
    [InlineData("Clients:alice:RateLimit:WaitUpTo", "never")]
    [InlineData("Clients:alice:RateLimits:echo:BytesPerSecond", "many")]
    public void Read_NoBytesOrNoDuration_IsAnErrorThatNamesTheForm(string key, string value)
    {
        ConfigurationError error = _folder.ReadWith($"{key}={value}").OneError(key);

        Assert.Contains(value, error.Problem, StringComparison.Ordinal);
        Assert.Contains("write", error.Allowed, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("BytesPerSecond", "1000")]
    [InlineData("WaitUpTo", "1s")]
    public void Read_SourceAddress_HasNoBytesAndDoesNotWait(string key, string value)
    {
        ConfigurationError error = _folder.ReadWith($"SourceRateLimit:{key}={value}").OneError($"SourceRateLimit:{key}");

        Assert.Contains("not possible for a source address", error.Problem, StringComparison.Ordinal);
        Assert.Contains("RateLimit", error.Allowed, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_SourceAddressRefusesAtOnce_IsWhatItDoes() =>
        Assert.Equal(RateLimit.None, _folder.ReadWith("SourceRateLimit:WaitUpTo=0s").Valid().SourceRateLimit);
}
