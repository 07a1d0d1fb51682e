namespace KestrelL4;

/// <summary>Why one connection ended; every connection has exactly one.</summary>
/// <remarks>Grouped by the step of a connection's life that decides it, in the order of the steps.</remarks>
public enum CloseReason
{
    /// <summary>accept: the node holds as many connections or handshakes as it may.</summary>
    NodeLimited,

    /// <summary>accept: the source address reached its limit.</summary>
    SourceLimited,

    /// <summary>PROXY header: a proxy that must send one sent none in time, or something else.</summary>
    ProxyHeaderInvalid,

    /// <summary>handshake: it did not succeed; <see cref="Tls.HandshakeFailure"/> tells why.</summary>
    HandshakeFailed,

    /// <summary>authenticate: no client holds this certificate.</summary>
    UnknownClient,

    /// <summary>authenticate: the certificate is on its client authority's revocation list.</summary>
    RevokedCertificate,

    /// <summary>authenticate: the client is registered and disabled.</summary>
    ClientDisabled,

    /// <summary>authenticate: the registry has not been confirmed by its source for longer than allowed.</summary>
    RegistryStale,

    /// <summary>authenticate: the revocation list of the certificate's client authority is older than allowed.</summary>
    RevocationStale,

    /// <summary>authorize: the client holds no grant for this application.</summary>
    NotAuthorized,

    /// <summary>limit: a limit refused it.</summary>
    RateLimited,

    /// <summary>pick: no upstream was available.</summary>
    NoUpstream,

    /// <summary>dial: every upstream that was available was dialled in vain.</summary>
    UpstreamConnectFailed,

    /// <summary>relay: both directions ended by themselves.</summary>
    Completed,

    /// <summary>dial or relay: the client reset the connection or vanished.</summary>
    ClientAborted,

    /// <summary>relay: the upstream reset the connection or vanished.</summary>
    UpstreamAborted,

    /// <summary>relay: no byte went either way for too long.</summary>
    IdleTimeout,

    /// <summary>relay: it lasted as long as a connection may.</summary>
    MaxDuration,

    /// <summary>any: the client, its certificate, its grant or its client authority was withdrawn.</summary>
    Revoked,

    /// <summary>relay: the client's certificate ran out.</summary>
    CertificateExpired,

    /// <summary>relay: its upstream went down, and the application closes what such a one has.</summary>
    UpstreamDown,

    /// <summary>any: the operator closed it.</summary>
    ClosedByOperator,

    /// <summary>any: its application or upstream was drained, and the time for open connections had passed.</summary>
    Drained,

    /// <summary>any: the node was stopping and the time for open connections had passed.</summary>
    NodeStopped,

    /// <summary>any: the node lacked memory, and this connection had been idle for longer than those that it kept.</summary>
    Shed,

    /// <summary>any: a defect of the node, told in its log.</summary>
    InternalError,
}

/// <summary>The words for <see cref="CloseReason"/> in logs, metrics and answers.</summary>
public static class CloseReasonExtensions
{
    private static readonly string[] Words =
    [
        "node_limited", "source_limited", "proxy_header_invalid", "handshake_failed", "unknown_client", "revoked_certificate",
        "client_disabled", "registry_stale", "revocation_stale", "not_authorized", "rate_limited", "no_upstream", "upstream_connect_failed", "completed", "client_aborted",
        "upstream_aborted", "idle_timeout", "max_duration", "revoked", "certificate_expired", "upstream_down", "closed_by_operator",
        "drained", "node_stopped", "shed", "internal_error",
    ];

    /// <summary>How many close reasons there are.</summary>
    internal static int Count => Words.Length;

    /// <summary>The reason as logs, metrics and answers write it, such as <c>rate_limited</c>.</summary>
    public static string Word(this CloseReason reason) => Words[(int)reason];

    /// <summary>Whether the node or an upstream failed a connection, rather than that its client, a rule or the operator ended it.</summary>
    internal static bool IsServerError(this CloseReason reason) => reason
        is CloseReason.NodeLimited or CloseReason.RegistryStale or CloseReason.RevocationStale or CloseReason.NoUpstream
        or CloseReason.UpstreamConnectFailed or CloseReason.UpstreamAborted or CloseReason.UpstreamDown or CloseReason.Shed or CloseReason.InternalError;

    /// <summary>Whether the reason refuses a connection before its client is known; such lines are limited in the log.</summary>
    internal static bool IsBeforeAuthentication(this CloseReason reason) => reason <= CloseReason.HandshakeFailed;
}
