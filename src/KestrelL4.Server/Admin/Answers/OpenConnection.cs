namespace KestrelL4.Server.Admin.Answers;

/// <summary>One open connection on <c>/connections</c>; what a step has not learned yet is null.</summary>
internal sealed record OpenConnection
{
    /// <summary>Its id, as its log line will name it.</summary>
    public required string Id { get; init; }

    /// <summary>The application it came for.</summary>
    public required string Application { get; init; }

    /// <summary>The client.</summary>
    public required string? Client { get; init; }

    /// <summary>The client authority that signed the certificate.</summary>
    public required string? ClientAuthority { get; init; }

    /// <summary>The certificate's serial number.</summary>
    public required string? SerialNumber { get; init; }

    /// <summary>The client's address.</summary>
    public required string? Peer { get; init; }

    /// <summary>The upstream that has it.</summary>
    public required string? Upstream { get; init; }

    /// <summary>When it was accepted.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>Bytes from the client that reached the upstream.</summary>
    public required long BytesReceived { get; init; }

    /// <summary>Bytes from the upstream that were sent to the client.</summary>
    public required long BytesSent { get; init; }

    /// <summary>The connection as it is now.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="since">When it was accepted.</param>
    public static OpenConnection Of(ProxiedConnection connection, DateTimeOffset since) => new()
    {
        Id = connection.Id,
        Application = connection.Application,
        Client = connection.Client?.Name,
        ClientAuthority = connection.Certificate?.Id.Authority,
        SerialNumber = connection.Certificate?.Id.SerialNumber,
        Peer = connection.Peer?.ToString(),
        Upstream = connection.Upstream?.Name,
        Since = since,
        BytesReceived = connection.BytesReceived,
        BytesSent = connection.BytesSent,
    };
}
