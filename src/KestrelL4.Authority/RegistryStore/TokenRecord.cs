namespace KestrelL4.Authority.RegistryStore;

/// <summary>A join token, of which only the hash is kept.</summary>
internal sealed record TokenRecord
{
    /// <summary>How long the same key gets the same certificate again. 10 minutes.</summary>
    public static readonly TimeSpan RetrySpan = TimeSpan.FromMinutes(10);

    /// <summary>The SHA-256 of the token, hexadecimal.</summary>
    public required string Hash { get; init; }

    /// <summary>The node that it admits.</summary>
    public required string Node { get; init; }

    /// <summary>The names and addresses that the node's certificate will bear.</summary>
    public required IReadOnlyList<string> Hosts { get; init; }

    /// <summary>When it ends.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>How many keys it still admits.</summary>
    public required int UsesLeft { get; init; }

    /// <summary>What it was used for, oldest first; only what may still be asked for again.</summary>
    public IReadOnlyList<TokenUse> Uses { get; init; } = [];

    /// <summary>Whether it can still admit somebody, or answer a retry.</summary>
    public bool IsOfUse(DateTimeOffset now) => (UsesLeft > 0 && now < ExpiresAt) || Uses.Any(use => use.IsRecent(now));
}

/// <summary>One use of a join token.</summary>
/// <param name="KeyHash">The SHA-256 of the public key that was certified, hexadecimal.</param>
/// <param name="Certificate">The certificate that it got, in PEM.</param>
/// <param name="At">When.</param>
internal sealed record TokenUse(string KeyHash, string Certificate, DateTimeOffset At)
{
    /// <summary>Whether the answer may still have been lost on its way.</summary>
    public bool IsRecent(DateTimeOffset now) => now - At < TokenRecord.RetrySpan;
}
