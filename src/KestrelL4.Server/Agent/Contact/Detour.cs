using System.Net;
using System.Text.RegularExpressions;

namespace KestrelL4.Server.Agent.Contact;

/// <summary>What can lead to the authority where the direct way does not: an HTTP proxy that knows CONNECT, a SOCKS 5 proxy, an SSH server.</summary>
internal static partial class Detour
{
    /// <summary>The scheme of an SSH server.</summary>
    public const string Ssh = "ssh";

    private const string Socks5 = "socks5";
    private const int SocksPort = 1080;

    /// <summary>The proxy of a way, with the user name and password of its address; null = there is none.</summary>
    public static WebProxy? ProxyOf(Way way)
    {
        if (way.Via is not { Scheme: not Ssh } via)
        {
            return null;
        }

        var address = new UriBuilder(via.Scheme, via.IdnHost, via.Port < 0 ? SocksPort : via.Port);
        string[] user = via.UserInfo.Split(':', 2);
        return new WebProxy(address.Uri)
        {
            Credentials = via.UserInfo.Length == 0 ? null : new NetworkCredential(Uri.UnescapeDataString(user[0]), Uri.UnescapeDataString(user.ElementAtOrDefault(1) ?? "")),
        };
    }

    /// <summary>What a proxy said instead of leading to the authority.</summary>
    /// <param name="via">The proxy.</param>
    /// <param name="exception">What HTTP made of it.</param>
    public static ContactException ProblemOf(Uri via, HttpRequestException exception)
    {
        if (exception.StatusCode is { } status)
        {
            return status == HttpStatusCode.ProxyAuthenticationRequired ? Unauthenticated()
                : (int)status >= 500 ? new ContactException(ContactFault.Away, $"is not reached: the proxy did not get there (status {(int)status})")
                : new ContactException(ContactFault.Misconfigured, $"is not reached: the proxy refuses to lead there (status {(int)status}); have it allowed, or name another in Via");
        }

        string message = exception.GetBaseException().Message.TrimEnd('.');
        return via.Scheme == Socks5 && message.Contains("authenticat", StringComparison.Ordinal) ? Unauthenticated()
            : message.Contains("protocol version", StringComparison.Ordinal)
                ? new ContactException(ContactFault.Misconfigured, "is not reached: what listens at Via speaks no SOCKS 5")
            : NotAllowed().IsMatch(message)
                ? new ContactException(ContactFault.Misconfigured, "is not reached: the proxy's rules do not allow it; have it allowed, or name another in Via")
            : new ContactException(ContactFault.Away, $"is not reached: the proxy did not get there ({message})");
    }

    private static ContactException Unauthenticated() => new(
        ContactFault.Misconfigured, "is not reached: the proxy wants another user name and password than Via has, or any at all: write scheme://user:password@host:port");

    // RFC 1928 section 6: connection not allowed by ruleset.
    [GeneratedRegex("code 0x0?2$")]
    private static partial Regex NotAllowed();
}
