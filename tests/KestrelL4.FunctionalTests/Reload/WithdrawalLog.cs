using System.Globalization;

namespace KestrelL4.FunctionalTests.Reload;

/// <summary>How long the node took from being told until the last withdrawn connection was closed, by the times of its own log.</summary>
internal sealed class WithdrawalLog(TestNode node)
{
    // 2026-01-01T00:00:00.000Z
    private const int TimestampLength = 24;

    private readonly int _printed = node.Process.Lines.Count;
    private readonly FairStopwatch _watch = new(node.Process.Id);

    /// <summary>Waits until that many connections are logged as <c>revoked</c>, and makes sure that none took a second, or what a busy machine made of it.</summary>
    public async Task AssertCutWithinASecondAsync(int count)
    {
        await Eventually.UntilAsync(
            () => Lines(": revoked ").Count() >= count, $"{count} connections are logged as revoked");
        string[] cuts = [.. Lines(": revoked ")];
        Assert.Equal(count, cuts.Length);
        DateTimeOffset told = At(Lines("Received SIGHUP").First());
        TimeSpan withheld = _watch.Elapsed - _watch.Granted;
        Assert.All(cuts, line => Assert.InRange(At(line) - told, TimeSpan.Zero, TimeSpan.FromSeconds(1) + withheld));
    }

    private static DateTimeOffset At(string line) => DateTimeOffset.Parse(line[..TimestampLength], CultureInfo.InvariantCulture);

    private IEnumerable<string> Lines(string text) =>
        node.Process.Lines.Skip(_printed).Where(line => line.Contains(text, StringComparison.Ordinal));
}
