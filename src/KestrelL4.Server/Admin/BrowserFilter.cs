using Microsoft.AspNetCore.Http;

namespace KestrelL4.Server.Admin;

/// <summary>Tells what a web page has a browser send; none of it may act, by whatever detour the page came to a door.</summary>
/// <remarks>
/// With everything but GET and HEAD a browser names the page's origin (Fetch, section 3.2), and to a loopback address whether that is another
/// site (Fetch Metadata, section 2.3). A page can leave out or forge neither; what operators use sends neither.
/// </remarks>
internal static class BrowserFilter
{
    private const string FetchSite = "Sec-Fetch-Site";

    /// <summary>Whether a request is to act and was sent by a web page.</summary>
    public static bool IsActOfPage(HttpRequest request) =>
        !HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method)
        && (request.Headers.Origin.Count > 0 || request.Headers[FetchSite].Any(static site => site is not ("none" or "same-origin")));
}
