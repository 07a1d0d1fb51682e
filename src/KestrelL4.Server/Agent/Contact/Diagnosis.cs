using System.Text.RegularExpressions;

namespace KestrelL4.Server.Agent.Contact;

/// <summary>Says what an exception of HTTP or TLS tells of a way.</summary>
internal static partial class Diagnosis
{
    /// <summary>Whose fault it is, and what happened.</summary>
    /// <param name="exception">What ended the attempt; a cancellation means that its time was up.</param>
    /// <param name="way">By which way.</param>
    /// <param name="stage">How far the attempt had come.</param>
    public static ContactException Of(Exception exception, Way way, Stage stage) => exception switch
    {
        OperationCanceledException => new ContactException(ContactFault.Away, TimeOut(stage)),
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } => Tls(exception),
        HttpRequestException { HttpRequestError: HttpRequestError.ProxyTunnelError } refused when way.Via is { } via => Detour.ProblemOf(via, refused),
        HttpRequestException { HttpRequestError: HttpRequestError.InvalidResponse } => new ContactException(
            ContactFault.Misconfigured,
            way.Via is null ? "is no authority: it speaks no HTTP over TLS" : "is not reached: neither Via nor what is behind it speaks HTTP as it should; is a port that of something else?"),
        _ => new ContactException(ContactFault.Away, $"ended the connection without an answer ({exception.GetBaseException().Message.TrimEnd('.')})"),
    };

    private static string TimeOut(Stage stage) => stage switch
    {
        Stage.Dialling => "did not answer within 5 s: no connection came about",
        Stage.ShakingHands => "did not answer within 5 s: there was a connection, and no TLS handshake came of it",
        Stage.Asking => "did not answer within 5 s: it took the request, and no answer began",
        _ => "did not answer within 5 s",
    };

    private static ContactException Tls(Exception exception)
    {
        string message = exception.GetBaseException().Message;
        return NoTls().IsMatch(message)
                ? new ContactException(ContactFault.Misconfigured, "speaks no TLS: is the port that of something else?")
            : message.Contains("protocol version", StringComparison.Ordinal) || message.Contains("unsupported protocol", StringComparison.Ordinal)
                ? new ContactException(ContactFault.Misconfigured, "speaks no TLS 1.3: it is no authority, or something on the way ends TLS")
            : message.Contains("EOF", StringComparison.Ordinal)
                ? new ContactException(ContactFault.Away, "closed the connection during the TLS handshake")
            : new ContactException(ContactFault.Away, $"failed in the TLS handshake ({message.TrimEnd('.')})");
    }

    // What .NET and OpenSSL say of a first byte that is none of TLS.
    [GeneratedRegex("determine the frame size|wrong version number|packet length too long|bad record type|unexpected message")]
    private static partial Regex NoTls();
}
