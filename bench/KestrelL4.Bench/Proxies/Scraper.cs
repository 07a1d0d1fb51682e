namespace KestrelL4.Bench.Proxies;

/// <summary>Asks for metrics every second, as a monitoring system does that is in a hurry.</summary>
internal sealed class Scraper : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly HttpClient _http = new();
    private readonly CancellationTokenSource _ended = new();
    private readonly Task _scraping;

    /// <summary>Begins at once.</summary>
    public Scraper(Uri metrics, TimeProvider time) => _scraping = ScrapeAsync(metrics, time);

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        await _scraping.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _http.Dispose();
        _ended.Dispose();
    }

    private async Task ScrapeAsync(Uri metrics, TimeProvider time)
    {
        using PeriodicTimer timer = new(Interval, time);
        while (await timer.WaitForNextTickAsync(_ended.Token))
        {
            try
            {
                await _http.GetByteArrayAsync(metrics, _ended.Token);
            }
            catch (HttpRequestException)
            {
                // It is not up yet.
            }
        }
    }
}
