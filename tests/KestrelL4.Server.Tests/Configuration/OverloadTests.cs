using KestrelL4.Server.Configuration;

namespace KestrelL4.Server.Tests.Configuration;

public sealed class OverloadTests : IDisposable
{
    private readonly ConfigurationFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Read_Numbers_AreInForce() => Assert.Equal(
        new OverloadConfiguration { MaxMemory = 8_000_000_000, StopAccepting = 0.5, CloseConnections = 0 },
        _folder.ReadWith("Overload:MaxMemory=8000000000", "Overload:StopAccepting=0.5", "Overload:CloseConnections=0").Valid().Overload);

    [Theory]
    [InlineData("MaxMemory", "2GiB", "bytes in digits")]
    [InlineData("MaxMemory", "0", "bytes in digits")]
    [InlineData("StopAccepting", "90", "from 0 to 1")]
    [InlineData("StopAccepting", "0.97", "larger CloseConnections")]
    [InlineData("CloseConnections", "0.9", "larger CloseConnections")]
    public void Read_SenselessNumber_IsAnErrorThatNamesTheForm(string key, string value, string allowed) => Assert.Contains(
        allowed,
        _folder.ReadWith($"Overload:{key}={value}").OneError($"Overload:{key}").Allowed,
        StringComparison.Ordinal);
}
