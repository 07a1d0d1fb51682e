using Microsoft.Extensions.Logging;

namespace KestrelL4.Authority.Identities;

/// <summary>Warns when the root or an issuer comes to its end: at the start, when the end is near, and when it is there.</summary>
/// <param name="issuers">Root and issuers.</param>
/// <param name="logger">Where it warns.</param>
/// <param name="time">The authority's clock.</param>
internal sealed partial class IssuerWatch(Issuers issuers, ILogger<IssuerWatch> logger, TimeProvider time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    private readonly IReadOnlyList<IssuerEnd> _ends = IssuerEnd.Of(issuers);
    private readonly HashSet<(string Name, bool IsOver)> _told = [];

    /// <summary>Looks at once and every hour, until it is told to stop.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        using PeriodicTimer timer = new(Interval, time);
        do
        {
            Look();
        }
        while (await NextAsync(timer, stop).ConfigureAwait(false));
    }

    /// <summary>Warns of what has changed since it looked last.</summary>
    public void Look()
    {
        DateTimeOffset now = time.GetUtcNow();
        foreach (IssuerEnd end in _ends)
        {
            if (end.WarningAt(now) is { } warning && _told.Add((end.Name, now > end.NotAfter)))
            {
                Ending(logger, end.Name, warning);
            }
        }
    }

    private static async Task<bool> NextAsync(PeriodicTimer timer, CancellationToken stop)
    {
        try
        {
            return await timer.WaitForNextTickAsync(stop).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "The end of {Issuer} is near: {Warning}")]
    private static partial void Ending(ILogger logger, string issuer, string warning);
}
