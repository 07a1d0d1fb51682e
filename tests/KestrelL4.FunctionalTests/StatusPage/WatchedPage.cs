using System.Collections.Concurrent;
using Microsoft.Playwright;

namespace KestrelL4.FunctionalTests.StatusPage;

/// <summary>A page in a browser, with all that it asked for and whatever it complained of.</summary>
internal sealed class WatchedPage : IAsyncDisposable
{
    private readonly IBrowserContext _context;
    private readonly ConcurrentQueue<string> _complaints = new();
    private readonly ConcurrentQueue<string> _requests = new();

    /// <summary>Begins to watch.</summary>
    public WatchedPage(IBrowserContext context, IPage page)
    {
        _context = context;
        Page = page;
        page.Request += (_, request) => _requests.Enqueue(request.Url);
        page.PageError += (_, error) => _complaints.Enqueue(error);

        // What breaks the content security policy is told there, too.
        page.Console += (_, message) => _complaints.Enqueue($"{message.Type}: {message.Text}");
    }

    /// <summary>The page.</summary>
    public IPage Page { get; }

    /// <summary>Everything it asked for.</summary>
    public IReadOnlyCollection<string> Requests => _requests;

    /// <summary>Errors, and whatever was written to the console.</summary>
    public IReadOnlyCollection<string> Complaints => _complaints;

    /// <summary>Goes to a node's status page and waits until it shows the node.</summary>
    public async Task GoToAsync(TestNode node)
    {
        await Page.GotoAsync(node.Admin.BaseAddress!.ToString());
        await Page.Locator("main").WaitForAsync();
    }

    /// <summary>Waits until an element's text has a part.</summary>
    public Task UntilAsync(string selector, string part)
    {
        string seen = "";
        return Eventually.UntilAsync(
            async () => (seen = await TextAsync(selector)).Contains(part, StringComparison.Ordinal),
            () => $"'{selector}' says '{part}'; it says '{seen}'. The page complained: {string.Join('\n', _complaints)}");
    }

    /// <summary>The text of the first element of a selector; empty when there is none.</summary>
    public async Task<string> TextAsync(string selector) =>
        await Page.EvaluateAsync<string>("selector => document.querySelector(selector)?.innerText ?? ''", selector);

    /// <summary>By how many pixels the page is wider than its window.</summary>
    public Task<int> OverhangAsync() => Page.EvaluateAsync<int>("document.documentElement.scrollWidth - window.innerWidth");

    public async ValueTask DisposeAsync() => await _context.DisposeAsync();
}
