namespace KestrelL4.Protocol;

/// <summary>Why the authority refuses, as words for programs.</summary>
internal static class RefusalReason
{
    /// <summary>The route is for others.</summary>
    public const string WrongRole = "wrong_role";

    /// <summary>The route needs a certificate, and none was shown.</summary>
    public const string CertificateMissing = "certificate_missing";

    /// <summary>The certificate shown is not of this authority, or not meant for this.</summary>
    public const string CertificateRefused = "certificate_refused";

    /// <summary>The certificate shown has expired; a new join token is needed.</summary>
    public const string CertificateExpired = "certificate_expired";

    /// <summary>The node has been revoked.</summary>
    public const string NodeRevoked = "node_revoked";

    /// <summary>The authority does not know the node: it was restored from a backup, perhaps.</summary>
    public const string NodeUnknown = "node_unknown";

    /// <summary>The join token is unknown, expired or used up.</summary>
    public const string TokenRefused = "token_refused";

    /// <summary>More attempts than allowed; try again later.</summary>
    public const string TooManyAttempts = "too_many_attempts";

    /// <summary>The request itself is wrong.</summary>
    public const string Invalid = "invalid";

    /// <summary>There is nothing of that name.</summary>
    public const string NotFound = "not_found";

    /// <summary>What is asked for contradicts what there is.</summary>
    public const string Conflict = "conflict";

    /// <summary>The authority could not keep the change: its disk failed.</summary>
    public const string StoreFailed = "store_failed";
}
