namespace KestrelL4.Tls;

/// <summary>Why a handshake failed.</summary>
public enum HandshakeFailure
{
    /// <summary>The client showed no certificate.</summary>
    NoCertificate,

    /// <summary>The certificate leads to no configured anchor.</summary>
    Untrusted,

    /// <summary>The certificate leads to an anchor but is signed by a CA that is no client authority.</summary>
    UnknownIssuer,

    /// <summary>The certificate, or one it rests on, is past its last day.</summary>
    Expired,

    /// <summary>The certificate, or one it rests on, is before its first day.</summary>
    NotYetValid,

    /// <summary>The certificate names extended key usages, and client authentication is not among them.</summary>
    WrongUsage,

    /// <summary>The bytes were not TLS 1.3.</summary>
    Protocol,

    /// <summary>The handshake took too long.</summary>
    Timeout,

    /// <summary>The client gave up.</summary>
    Aborted,
}

/// <summary>The words for <see cref="HandshakeFailure"/> in logs and metrics.</summary>
public static class HandshakeFailureExtensions
{
    private static readonly string[] Words =
        ["no_certificate", "untrusted", "unknown_issuer", "expired", "not_yet_valid", "wrong_usage", "protocol", "timeout", "aborted"];

    /// <summary>How many causes there are.</summary>
    internal static int Count => Words.Length;

    /// <summary>The cause as logs and metrics write it, such as <c>no_certificate</c>.</summary>
    public static string Word(this HandshakeFailure failure) => Words[(int)failure];
}
