namespace KestrelL4.FunctionalTests.Testing;

public sealed class EventuallyTests
{
    [Fact]
    public async Task Until_ConditionComesTrue_Returns()
    {
        int asked = 0;

        await Eventually.UntilAsync(() => ++asked == 3, "the third question");

        Assert.Equal(3, asked);
    }

    [Fact]
    public async Task Until_DeadlinePasses_FailsWithTheMessage()
    {
        TimeoutException exception = await Assert.ThrowsAsync<TimeoutException>(
            () => Eventually.UntilAsync(() => false, "pigs fly", TimeSpan.FromMilliseconds(30)));

        Assert.Contains("pigs fly", exception.Message, StringComparison.Ordinal);
    }
}
