using System.Net;
using KestrelL4.Authority.Administration;
using KestrelL4.Protocol;
using Microsoft.AspNetCore.Http;

namespace KestrelL4.Authority.Api;

/// <summary>Refuses what a web page has a browser send: to act anywhere, and to read over a port that somebody forwards to the admin socket.</summary>
/// <remarks>
/// A browser shows an administrator's certificate for every page that asks the authority for something. With everything but GET and HEAD it
/// names the page's origin (Fetch, section 3.2), which a page can neither leave out nor forge; what administrators and nodes use sends none.
/// </remarks>
internal static class BrowserFilter
{
    private const string FetchSite = "Sec-Fetch-Site";

    /// <summary>Why a request is refused as a page's; null when it is not.</summary>
    public static Refusal? ProblemOf(HttpRequest request, Peer peer) =>
        IsActOfPage(request) ? Refusal.Forbidden(
                RefusalReason.WrongRole, "no web page may act on the authority, and the request carries the Origin or the Sec-Fetch-Site of one; use kestrell4, or curl")
        : peer.Source == SocketPeer.Source && !IsLocal(request.Host) ? new Refusal(
                HttpStatusCode.MisdirectedRequest, RefusalReason.Invalid, "the Host is no name of the admin socket; write http://localhost")
        : null;

    private static bool IsActOfPage(HttpRequest request) =>
        !HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method)
        && (request.Headers.Origin.Count > 0 || request.Headers[FetchSite].Any(static site => site is not ("none" or "same-origin")));

    // An address, or a word without a dot: no page of the internet has such a name, and people write what they like.
    private static bool IsLocal(HostString host) =>
        !host.Host.Contains('.', StringComparison.Ordinal) || IPAddress.TryParse(host.Host, out _);
}
