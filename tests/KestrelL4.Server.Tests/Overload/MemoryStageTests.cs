using KestrelL4.Server.Configuration;
using KestrelL4.Server.Overload;

namespace KestrelL4.Server.Tests.Overload;

public sealed class MemoryStageTests
{
    private static readonly OverloadConfiguration Default = new();

    [Theory]
    [InlineData("Ample", 0.89, "Ample")]
    [InlineData("Ample", 0.90, "Scarce")]
    [InlineData("Ample", 0.95, "Short")]
    [InlineData("Ample", 1.50, "Short")]
    [InlineData("Scarce", 0.86, "Scarce")]
    [InlineData("Scarce", 0.84, "Ample")]
    [InlineData("Scarce", 0.94, "Scarce")]
    [InlineData("Short", 0.91, "Short")]
    [InlineData("Short", 0.89, "Scarce")]
    [InlineData("Short", 0.84, "Ample")]
    public void Next_ByDefault_BeginsAtTheEdgesAndEndsBelowThem(string stage, double share, string expected) =>
        Assert.Equal(expected, Enum.Parse<MemoryStage>(stage).Next(share, Default).ToString());

    [Fact]
    public void Next_Off_NeverBegins()
    {
        Assert.Equal(MemoryStage.Ample, MemoryStage.Ample.Next(2, new OverloadConfiguration { StopAccepting = 0, CloseConnections = 0 }));
        Assert.Equal(MemoryStage.Scarce, MemoryStage.Ample.Next(2, new OverloadConfiguration { CloseConnections = 0 }));
        Assert.Equal(MemoryStage.Short, MemoryStage.Ample.Next(2, new OverloadConfiguration { StopAccepting = 0 }));
    }

    [Fact]
    public void Excess_AboveTheEdge_IsWhatLeadsBelowItsRelief()
    {
        Assert.Equal(60, Default.Excess(new MemoryReading(960, 1000)));
        Assert.Equal(0, Default.Excess(new MemoryReading(800, 1000)));
    }
}
