using System.Text.Json;

namespace KestrelL4.Protocol.Snapshots;

/// <summary>Reads the JSON of a snapshot by hand, for 100,000 clients must be in force in less than a second.</summary>
/// <remarks>What it does not know it passes over, so that an authority of a later version may say more. What it needs must be there.</remarks>
internal static class SnapshotReader
{
    // A client takes rather more, so the dictionary that is made for so many grows once at most.
    private const int BytesOfAClient = 200;

    private static readonly byte[][] Names =
    [
        [.. "Clients"u8], [.. "RevokedCertificates"u8], [.. "ClientIssuers"u8], [.. "AuthorityId"u8],
        [.. "Epoch"u8], [.. "Revision"u8], [.. "Fingerprint"u8], [.. "IssuedAt"u8],
    ];

    /// <summary>Reads a snapshot; null when it is none.</summary>
    public static Snapshot? Read(ReadOnlySpan<byte> content)
    {
        try
        {
            Utf8JsonReader json = new(content);
            JsonSteps.Step(ref json);
            Snapshot snapshot = Read(ref json, content.Length);
            return json.Read() ? null : snapshot;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or FormatException or OverflowException)
        {
            // Thrown for a value of another kind, or of another form, than is asked of the reader, and for a duration with too many digits.
            return null;
        }
    }

    private static Snapshot Read(ref Utf8JsonReader json, int length)
    {
        ClientReader reader = new();
        Dictionary<string, RegisteredClient>? clients = null;
        string[]? revoked = null;
        string[]? issuers = null;
        (string? authorityId, string? fingerprint) = (null, null);
        (long? epoch, long? revision) = (null, null);
        DateTimeOffset? issuedAt = null;
        json.Expect(JsonTokenType.StartObject);
        while (json.NextProperty(Names, out int known))
        {
            switch (known)
            {
                case 0: clients = ReadClients(ref json, reader, length / BytesOfAClient); break;
                case 1: revoked = reader.ReadTexts(ref json); break;
                case 2: issuers = reader.ReadTexts(ref json); break;
                case 3: authorityId = json.Text(); break;
                case 4: epoch = json.GetInt64(); break;
                case 5: revision = json.GetInt64(); break;
                case 6: fingerprint = json.Text(); break;
                case 7: issuedAt = json.GetDateTimeOffset(); break;
                default: json.Skip(); break;
            }
        }

        return new Snapshot
        {
            AuthorityId = Needed(authorityId),
            Epoch = epoch ?? throw Missing(),
            Revision = revision ?? throw Missing(),
            Fingerprint = Needed(fingerprint),
            IssuedAt = issuedAt ?? throw Missing(),
            ClientIssuers = Needed(issuers),
            RevokedCertificates = Needed(revoked),
            Clients = Needed(clients),
        };
    }

    private static Dictionary<string, RegisteredClient> ReadClients(ref Utf8JsonReader json, ClientReader reader, int expected)
    {
        Dictionary<string, RegisteredClient> clients = new(expected);
        json.Expect(JsonTokenType.StartObject);
        while (true)
        {
            JsonSteps.Step(ref json);
            if (json.TokenType == JsonTokenType.EndObject)
            {
                return clients;
            }

            string name = json.Text();
            JsonSteps.Step(ref json);
            clients[name] = reader.Read(ref json);
        }
    }

    private static T Needed<T>(T? value)
        where T : class => value ?? throw Missing();

    private static JsonException Missing() => new("Something is missing.");
}
