using KestrelL4.Authority.Identities;
using Microsoft.Extensions.Logging;

namespace KestrelL4.Authority.Tests.Identities;

public sealed class IssuerWatchTests : IDisposable, ILogger<IssuerWatch>
{
    private readonly AuthorityFixture _authority = new();
    private readonly List<string> _lines = [];

    public void Dispose() => _authority.Dispose();

    [Fact]
    public void Look_EndsOfIssuers_WarnsOnceWhenNearAndOnceWhenThere()
    {
        IssuerWatch watch = new(_authority.Issuers, this, _authority.Time);
        DateTimeOffset end = _authority.Issuers.Root.Validity.NotAfter;

        LookAt(end.AddDays(-31));
        Assert.Empty(_lines);

        LookAt(end.AddDays(-30));
        LookAt(end.AddDays(-1));
        Assert.Equal(4, _lines.Count);
        Assert.Contains(_lines, static line => line.Contains("root", StringComparison.Ordinal) && line.Contains("in 30 days", StringComparison.Ordinal));

        LookAt(end.AddSeconds(1));
        LookAt(end.AddDays(1));
        Assert.Equal(8, _lines.Count);

        void LookAt(DateTimeOffset when)
        {
            _authority.Time.Advance(when - _authority.Time.GetUtcNow());
            watch.Look();
        }
    }

    [Fact]
    public void Of_IssuerThatEndsBeforeTheRoot_NamesTheKeyToRemove()
    {
        DateTimeOffset now = _authority.Time.GetUtcNow();

        Assert.Null(new IssuerEnd("nodes", now.AddDays(31), "x").WarningAt(now));
        Assert.Contains("in 3 days; x", new IssuerEnd("nodes", now.AddDays(3), "x").WarningAt(now), StringComparison.Ordinal);
        Assert.All(IssuerEnd.Of(_authority.Issuers).Skip(1), static end => Assert.Contains("the root", end.Remedy, StringComparison.Ordinal));
    }

    IDisposable? ILogger.BeginScope<TState>(TState state) => null;

    bool ILogger.IsEnabled(LogLevel logLevel) => true;

    void ILogger.Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _lines.Add(formatter(state, exception));
}
