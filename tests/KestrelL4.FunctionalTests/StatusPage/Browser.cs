using Microsoft.Playwright;

namespace KestrelL4.FunctionalTests.StatusPage;

/// <summary>The machine's own Chromium, started with the first page that is opened.</summary>
public sealed class Browser : IAsyncLifetime
{
    /// <summary>The program, as the search path has it.</summary>
    public const string Program = "chromium";

    private readonly Lazy<Task<(IPlaywright Playwright, IBrowser Chromium)>> _started = new(StartAsync);

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        if (_started.IsValueCreated)
        {
            (IPlaywright playwright, IBrowser chromium) = await _started.Value;
            await chromium.DisposeAsync();
            playwright.Dispose();
        }
    }

    /// <summary>Opens an empty page of a browser that remembers nothing.</summary>
    internal async Task<WatchedPage> OpenAsync(BrowserNewContextOptions? options = null)
    {
        IBrowserContext context = await (await _started.Value).Chromium.NewContextAsync(options);
        return new WatchedPage(context, await context.NewPageAsync());
    }

    private static async Task<(IPlaywright Playwright, IBrowser Chromium)> StartAsync()
    {
        IPlaywright playwright = await Playwright.CreateAsync();

        // Its sandbox does not let root in, who may be running the tests.
        return (playwright, await playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = $"/usr/bin/{Program}",
            Args = ["--no-sandbox", "--disable-dev-shm-usage"],
        }));
    }
}
