namespace KestrelL4.Server.Configuration;

/// <summary>The files of the node's identity: section <c>Identity</c>.</summary>
internal sealed record IdentityConfiguration
{
    /// <summary>A PEM file with the certificate first and, optionally, the chain behind it. An absolute path.</summary>
    public required string Certificate { get; init; }

    /// <summary>A PEM file with the certificate's private key, not readable by others. An absolute path.</summary>
    public required string Key { get; init; }
}
