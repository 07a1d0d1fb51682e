using System.Text.RegularExpressions;

namespace KestrelL4.Forwarding;

/// <summary>Says what a TLS library's exception tells of the upstream.</summary>
internal static partial class TlsFailure
{
    /// <summary>Why a handshake failed, for people.</summary>
    public static string Describe(Exception exception) =>
        AlertIn(exception) is { } alert
            ? Refusal(alert) ?? $"it ended the TLS handshake ({alert})"
            : exception.GetBaseException().Message switch
            {
                var message when NoTls().IsMatch(message) => "it does not speak TLS",
                var message when message.Contains("EOF", StringComparison.Ordinal) => "it closed the connection during the TLS handshake",
                var message => $"the TLS handshake failed ({message.TrimEnd('.')})",
            };

    /// <summary>
    /// That the upstream did not accept our certificate, or wanted one, for people: with TLS 1.3 it says so only when we believe
    /// that the handshake is done. Null = the exception tells nothing of the kind.
    /// </summary>
    public static string? RefusalIn(Exception exception) => AlertIn(exception) is { } alert ? Refusal(alert) : null;

    private static string? Refusal(string alert) =>
        alert.Contains("certificate required", StringComparison.Ordinal) ? $"it wants a certificate of ours ({alert})"
        : alert.Contains("certificate", StringComparison.Ordinal) || alert.Contains("unknown ca", StringComparison.Ordinal)
            || alert.Contains("access denied", StringComparison.Ordinal)
            ? $"it did not accept our certificate ({alert})"
            : null;

    // OpenSSL writes "error:0A00045C:SSL routines::tlsv13 alert certificate required".
    private static string? AlertIn(Exception exception)
    {
        for (Exception? inner = exception; inner is not null; inner = inner.InnerException)
        {
            if (Alert().Match(inner.Message) is { Success: true } match)
            {
                return match.Value;
            }
        }

        return null;
    }

    [GeneratedRegex("wrong version number|packet length too long|unexpected message|bad record type|determine the frame size")]
    private static partial Regex NoTls();

    [GeneratedRegex("alert [a-z ]+[a-z]")]
    private static partial Regex Alert();
}
