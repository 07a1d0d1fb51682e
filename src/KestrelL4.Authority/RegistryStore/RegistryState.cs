using System.Security.Cryptography;
using KestrelL4.Protocol.Snapshots;

namespace KestrelL4.Authority.RegistryStore;

/// <summary>The registry at one revision; immutable.</summary>
internal sealed record RegistryState : IChangingState
{
    /// <summary>How long after its end a certificate of our own is forgotten. 30 days.</summary>
    /// <remarks>Not at once: a clock that is wrong for a day must forget nothing, and a node may let connections go on after the end.</remarks>
    public static readonly TimeSpan Remembrance = TimeSpan.FromDays(30);

    /// <inheritdoc/>
    public required long Change { get; init; }

    /// <summary>Which authority: an id drawn at random when it was made.</summary>
    public required string AuthorityId { get; init; }

    /// <summary>Goes up when the authority is restored from a backup on purpose. 1 or more.</summary>
    public required long Epoch { get; init; }

    /// <summary>Goes up with every change of the registry. 1 or more.</summary>
    public required long Revision { get; init; }

    /// <summary>The clients by name, which is compared without case. A copy is kept of what is given.</summary>
    public IReadOnlyDictionary<string, RegisteredClient> Clients
    {
        get;
        init => field = new Dictionary<string, RegisteredClient>(value, StringComparer.OrdinalIgnoreCase);
    } = new Dictionary<string, RegisteredClient>(StringComparer.OrdinalIgnoreCase);

    /// <summary>The certificates that this authority issued for clients, by id, with their end.</summary>
    public IReadOnlyDictionary<string, DateTimeOffset> Issued { get; init; } = new Dictionary<string, DateTimeOffset>();

    /// <summary>The revoked certificates by id, with the instant of revocation.</summary>
    public IReadOnlyDictionary<string, DateTimeOffset> Revoked { get; init; } = new Dictionary<string, DateTimeOffset>();

    /// <summary>The state of a new authority.</summary>
    public static RegistryState First() => new()
    {
        Change = 1,
        AuthorityId = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8)),
        Epoch = 1,
        Revision = 1,
    };

    /// <summary>The name of the client that holds a certificate, or null. Looks at every client.</summary>
    public string? HolderOf(string certificateId)
    {
        foreach ((string name, RegisteredClient client) in Clients)
        {
            if (client.SerialNumbers.Contains(certificateId))
            {
                return name;
            }
        }

        return null;
    }

    /// <summary>The same without the certificates of our own that expired <see cref="Remembrance"/> ago.</summary>
    public RegistryState WithoutExpired(DateTimeOffset now)
    {
        HashSet<string> expired = [.. Issued.Where(entry => now - entry.Value > Remembrance).Select(static entry => entry.Key)];
        return expired.Count == 0
            ? this
            : this with
            {
                Clients = Clients.ToDictionary(static entry => entry.Key, entry => Without(entry.Value, expired)),
                Issued = Issued.Where(entry => !expired.Contains(entry.Key)).ToDictionary(),
                Revoked = Revoked.Where(entry => !expired.Contains(entry.Key)).ToDictionary(),
            };
    }

    private static RegisteredClient Without(RegisteredClient client, HashSet<string> expired) =>
        client.SerialNumbers.Any(expired.Contains)
            ? client with { SerialNumbers = [.. client.SerialNumbers.Where(id => !expired.Contains(id))] }
            : client;
}
