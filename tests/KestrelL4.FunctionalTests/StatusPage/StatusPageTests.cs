using System.Text.Json.Nodes;
using Microsoft.Playwright;

namespace KestrelL4.FunctionalTests.StatusPage;

/// <summary>The status page, in a real browser, shows a person what the node does, as it happens.</summary>
public sealed class StatusPageTests(StatusPageFixture fixture, Browser browser) : IClassFixture<StatusPageFixture>, IClassFixture<Browser>
{
    private const string Application = "#application-list";
    private const string Components = "#components";

    private static readonly TimeSpan AtOnce = TimeSpan.FromSeconds(2);

    [RequiresToolFact(Browser.Program)]
    public async Task Page_UpstreamGoesDown_ShowsItWithReasonWithinTwoSeconds()
    {
        await using WatchedPage page = await OpenAsync();
        await page.UntilAsync("h1", "Healthy");
        FairStopwatch watch = new(fixture.Node.Process.Id);

        await fixture.Failing.StopAsync();
        await page.UntilAsync(Application, "down");

        Assert.InRange(watch.Granted, TimeSpan.Zero, AtOnce);
        string row = await page.TextAsync(".upstreams tbody tr");
        Assert.Contains("u1", row, StringComparison.Ordinal);
        Assert.Contains("tcp probe: refused", row, StringComparison.Ordinal);
        Assert.Equal("Degraded", await page.TextAsync("h1"));
        Assert.Contains("1 of 2 upstreams are out: u1 is down", await page.TextAsync("#troubles"), StringComparison.Ordinal);
        Assert.StartsWith("Degraded", await page.Page.TitleAsync(), StringComparison.Ordinal);

        fixture.Failing.Start();
        await page.UntilAsync("h1", "Healthy");
        AssertClean(page);
    }

    [RequiresToolFact(Browser.Program)]
    public async Task Page_FileBreaks_ShowsTheDegradedComponentWithReasonWithinTwoSeconds()
    {
        await using WatchedPage page = await OpenAsync();
        await page.UntilAsync("h1", "Healthy");
        FairStopwatch watch = new(fixture.Node.Process.Id);

        await File.WriteAllTextAsync(fixture.AuthorityFile, "no certificate");
        fixture.Node.Process.HangUp();
        await page.UntilAsync(Components, "degraded");

        Assert.InRange(watch.Granted, TimeSpan.Zero, AtOnce);
        string? reason = (string?)(await fixture.Node.StatusAsync())["components"]!["client-authority:main"]!["reason"];
        Assert.Contains(reason!, await page.TextAsync(Components), StringComparison.Ordinal);
        Assert.Contains("client-authority:main is degraded for ", await page.TextAsync("#troubles"), StringComparison.Ordinal);

        await fixture.MendAsync();
        await page.UntilAsync("h1", "Healthy");
        AssertClean(page);
    }

    [RequiresToolFact(Browser.Program)]
    public async Task Page_TrafficAndRefusals_AreShownInNumbersAndCharts()
    {
        await using WatchedPage page = await OpenAsync();

        await using TlsClient client = await fixture.Node.HoldAsync(fixture.Alice);
        await fixture.Node.RefusesAsync(fixture.Stranger);
        await page.UntilAsync("#charts figcaption", "1");
        await page.UntilAsync("#refusals", "unknown_client");
        await page.UntilAsync("#limits", "1 of 50");

        await page.Page.Locator("#charts path.bars[d^=M]").WaitForAsync(new() { State = WaitForSelectorState.Attached });
        await page.UntilAsync(".upstreams", "In all");
        AssertClean(page);
    }

    [RequiresToolTheory(Browser.Program)]
    [InlineData(360, ColorScheme.Light)]
    [InlineData(360, ColorScheme.Dark)]
    [InlineData(768, ColorScheme.Light)]
    public async Task Page_OnASmallWindow_NeedsNoScrollingSideways(int width, ColorScheme scheme)
    {
        await using WatchedPage page = await OpenAsync(new() { ViewportSize = new() { Width = width, Height = 780 }, ColorScheme = scheme });
        await page.Page.Locator(".upstreams").First.WaitForAsync();

        Assert.InRange(await page.OverhangAsync(), int.MinValue, 0);
        AssertClean(page);
    }

    [RequiresToolFact(Browser.Program)]
    public async Task Page_HostileTexts_AreShownAsTexts()
    {
        const string Hostile = "<img src=x onerror='window.isBroken=true'><script>window.isBroken=true</script>";
        await using WatchedPage page = await browser.OpenAsync();
        await page.Page.RouteAsync("**/events", static route => TellAsync(route, HandmadeNews.Of(Hostile, "0")));

        await page.GoToAsync(fixture.Node);

        foreach (string selector in new[] { Application, ".upstreams", "#troubles", Components, "#refusals", "#limits", "#facts" })
        {
            Assert.Contains(Hostile, await page.TextAsync(selector), StringComparison.Ordinal);
        }

        Assert.Equal(0, await page.Page.Locator("main img, main script").CountAsync());
        Assert.False(await page.Page.EvaluateAsync<bool>("window.isBroken === true"));
        AssertClean(page);
    }

    [RequiresToolFact(Browser.Program)]
    public async Task Page_StreamBreaks_SaysSinceWhenAndComesBackByItself()
    {
        await using WatchedPage page = await browser.OpenAsync();
        string version = (string)(await fixture.Node.StatusAsync())["version"]!;
        int asked = 0;
        await page.Page.RouteAsync("**/events", route => Interlocked.Increment(ref asked) == 1
            ? TellAsync(route, HandmadeNews.Of("another", version))
            : route.AbortAsync());

        await page.GoToAsync(fixture.Node);
        await page.UntilAsync("#notice", "No news since 12:00:00 UTC: the connection to the node is lost.");
        Assert.Equal("not live", await page.TextAsync("#live-word"));
        await page.Page.UnrouteAllAsync();

        await page.UntilAsync("[data-line=live] h1", "Healthy");
        Assert.True(await page.Page.Locator("#notice").IsHiddenAsync());
        Assert.DoesNotContain("another", await page.TextAsync(Application), StringComparison.Ordinal);
    }

    [RequiresToolFact(Browser.Program)]
    public async Task Page_FirstLookIsSlowToArrive_WaitsForAllOfIt()
    {
        // A line on which only the first event of a look comes through, and a clock on which seconds pass quickly.
        const string SlowLine = """
            window.EventSource = class {
              static OPEN = 1;
              readyState = 1;
              addEventListener(type, hear) { if (type === 'history') { setTimeout(() => hear({ data: '[]' })); } }
              close() {}
            };
            const every = window.setInterval;
            window.seconds = 0;
            window.setInterval = what => every(() => { window.seconds++; what(); }, 5);
            """;
        await using WatchedPage page = await browser.OpenAsync();
        await page.Page.AddInitScriptAsync(SlowLine);

        await page.Page.GotoAsync(fixture.Node.Admin.BaseAddress!.ToString());
        await page.Page.WaitForFunctionAsync("window.seconds > 3");

        Assert.Empty(page.Complaints);
        Assert.True(await page.Page.Locator("#waiting").IsVisibleAsync());
    }

    [RequiresToolFact(Browser.Program)]
    public async Task Page_ListChangesItsOrder_MovesOnlyWhatGoesUpOrDown()
    {
        const string Play = """
            async orders => {
              const { html, keep } = await import('/page/dom.js');
              const list = html('div');
              document.body.append(list);
              return orders.map(order => {
                keep(list, [...order], name => name, name => ({ element: html('button', {}, name), update() {} }));
                if (document.activeElement.parentElement !== list) {
                  list.querySelector('button:nth-child(3)').focus();
                }
                return `${list.textContent} ${document.activeElement.textContent}`;
              });
            }
            """;
        await using WatchedPage page = await OpenAsync();

        string[] seen = await page.Page.EvaluateAsync<string[]>(Play, new[] { "abcd", "bcd", "dbc", "bcd", "aebcd", "acbd" });

        Assert.Equal(["abcd c", "bcd c", "dbc c", "bcd c", "aebcd c", "acbd c"], seen);
        AssertClean(page);
    }

    [RequiresToolFact(Browser.Program)]
    public async Task Page_NodeOfAnotherVersionAnswers_IsLoadedAnew()
    {
        await using WatchedPage page = await browser.OpenAsync();
        await page.Page.RouteAsync(
            "**/events", static route => TellAsync(route, HandmadeNews.Of("another", "0")), new PageRouteOptions { Times = 1 });

        await page.Page.GotoAsync(fixture.Node.Admin.BaseAddress!.ToString());
        await page.Page.Locator("h1", new() { HasText = "Healthy" }).WaitForAsync();

        Assert.Equal(2, page.Requests.Count(url => url == fixture.Node.Admin.BaseAddress!.ToString()));
    }

    [RequiresToolFact(Browser.Program)]
    public async Task Page_MorePagesThanThereMayBe_SaysWhyThereIsNoNews()
    {
        await using WatchedPage page = await browser.OpenAsync();
        await page.Page.RouteAsync("**/events", static route => route.FulfillAsync(new() { Status = 503, Body = "{\"error\":\"so many pages\"}" }));

        await page.Page.GotoAsync(fixture.Node.Admin.BaseAddress!.ToString());

        await page.UntilAsync("#notice", "No news yet: so many pages");
    }

    [RequiresToolFact(Browser.Program)]
    public async Task Page_WithoutJavaScript_PointsAtStatus()
    {
        await using WatchedPage page = await browser.OpenAsync(new() { JavaScriptEnabled = false });

        await page.Page.GotoAsync(fixture.Node.Admin.BaseAddress!.ToString());

        Assert.Contains("This page needs JavaScript", await page.Page.Locator("body").InnerTextAsync(), StringComparison.Ordinal);
        await page.Page.GetByRole(AriaRole.Link, new() { Name = "/status" }).First.ClickAsync();
        Assert.NotNull(JsonNode.Parse(await page.Page.Locator("body").InnerTextAsync())!["applications"]);
    }

    private static Task TellAsync(IRoute route, string news) => route.FulfillAsync(new() { ContentType = "text/event-stream", Body = news });

    private async Task<WatchedPage> OpenAsync(BrowserNewContextOptions? options = null)
    {
        WatchedPage page = await browser.OpenAsync(options);
        await page.GoToAsync(fixture.Node);
        return page;
    }

    private void AssertClean(WatchedPage page)
    {
        Assert.Empty(page.Complaints);
        Assert.All(page.Requests, url => Assert.StartsWith(fixture.Node.Admin.BaseAddress!.ToString(), url, StringComparison.Ordinal));
        Assert.Contains(page.Requests, static url => url.EndsWith("/events", StringComparison.Ordinal));
    }
}
