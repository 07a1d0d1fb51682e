namespace KestrelL4.Authority.RegistryStore;

/// <summary>What the authority knows of a node.</summary>
internal sealed record NodeRecord
{
    /// <summary>The names and addresses that its certificate bears.</summary>
    public required IReadOnlyList<string> Hosts { get; init; }

    /// <summary>When it joined by a token, last.</summary>
    public required DateTimeOffset JoinedAt { get; init; }

    /// <summary>The serial number of its newest certificate.</summary>
    public required string SerialNumber { get; init; }

    /// <summary>The end of the last of its certificates.</summary>
    public required DateTimeOffset NotAfter { get; init; }

    /// <summary>When it was revoked; null = it was not.</summary>
    public DateTimeOffset? RevokedAt { get; init; }

    /// <summary>The client authorities of its own configuration, as it told last.</summary>
    public IReadOnlyList<string> ClientAuthorities { get; init; } = [];
}
