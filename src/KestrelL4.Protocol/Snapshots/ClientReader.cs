using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace KestrelL4.Protocol.Snapshots;

/// <summary>Reads the clients of one snapshot. Their grants name few applications again and again, so equal texts and lists are one.</summary>
internal sealed class ClientReader
{
    // Names of applications have 63 characters at most; what is longer is read as it comes.
    private const int LongestShared = 63;

    private static readonly byte[][] Names =
        [[.. "SerialNumbers"u8], [.. "Applications"u8], [.. "RateLimit"u8], [.. "RateLimits"u8], [.. "Disabled"u8]];

    private static readonly byte[][] LimitNames =
    [
        [.. "MaxConcurrentConnections"u8], [.. "ConnectionsPerWindow"u8], [.. "Window"u8], [.. "BytesPerSecond"u8], [.. "WaitUpTo"u8],
    ];

    private readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> _shared =
        new HashSet<string>(StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();

    private readonly List<string> _texts = [];
    private string[] _lastApplications = [];

    /// <summary>Reads the client at which the reader stands.</summary>
    /// <exception cref="JsonException">It is none.</exception>
    public RegisteredClient Read(ref Utf8JsonReader json)
    {
        string[]? serialNumbers = null;
        string[]? applications = null;
        RegisteredLimit? limit = null;
        Dictionary<string, RegisteredLimit>? limits = null;
        bool isDisabled = false;
        json.Expect(JsonTokenType.StartObject);
        while (json.NextProperty(Names, out int known))
        {
            switch (known)
            {
                case 0: serialNumbers = ReadTexts(ref json); break;
                case 1: applications = ReadApplications(ref json); break;
                case 2: limit = ReadLimit(ref json); break;
                case 3: limits = ReadLimits(ref json); break;
                case 4: isDisabled = json.GetBoolean(); break;
                default: json.Skip(); break;
            }
        }

        return new RegisteredClient
        {
            SerialNumbers = serialNumbers ?? throw new JsonException("A client has no list of certificates."),
            Applications = applications ?? throw new JsonException("A client has no list of applications."),
            RateLimit = limit,
            RateLimits = limits,
            Disabled = isDisabled,
        };
    }

    /// <summary>Reads a list of texts.</summary>
    /// <exception cref="JsonException">It is none.</exception>
    public string[] ReadTexts(ref Utf8JsonReader json)
    {
        _texts.Clear();
        json.Expect(JsonTokenType.StartArray);
        while (json.NextValue())
        {
            _texts.Add(json.Text());
        }

        return [.. _texts];
    }

    private string[] ReadApplications(ref Utf8JsonReader json)
    {
        _texts.Clear();
        json.Expect(JsonTokenType.StartArray);
        while (json.NextValue())
        {
            _texts.Add(ReadShared(ref json));
        }

        if (!CollectionsMarshal.AsSpan(_texts).SequenceEqual(_lastApplications))
        {
            _lastApplications = [.. _texts];
        }

        return _lastApplications;
    }

    private string ReadShared(ref Utf8JsonReader json)
    {
        if (json.TokenType != JsonTokenType.String || json.ValueSpan.Length > LongestShared)
        {
            return json.Text();
        }

        Span<char> characters = stackalloc char[LongestShared];
        ReadOnlySpan<char> text = characters[..json.CopyString(characters)];
        if (!_shared.TryGetValue(text, out string? shared))
        {
            shared = text.ToString();
            _shared.Set.Add(shared);
        }

        return shared;
    }

    private static Dictionary<string, RegisteredLimit>? ReadLimits(ref Utf8JsonReader json)
    {
        if (json.TokenType == JsonTokenType.Null)
        {
            return null;
        }

        Dictionary<string, RegisteredLimit> limits = [];
        json.Expect(JsonTokenType.StartObject);
        while (true)
        {
            JsonSteps.Step(ref json);
            if (json.TokenType == JsonTokenType.EndObject)
            {
                return limits;
            }

            string application = json.Text();
            JsonSteps.Step(ref json);
            limits[application] = ReadLimit(ref json) ?? throw new JsonException("A limit is null.");
        }
    }

    private static RegisteredLimit? ReadLimit(ref Utf8JsonReader json)
    {
        if (json.TokenType == JsonTokenType.Null)
        {
            return null;
        }

        (int? connections, int? perWindow, long? bytes) = (null, null, null);
        (TimeSpan? window, TimeSpan? wait) = (null, null);
        json.Expect(JsonTokenType.StartObject);
        while (json.NextProperty(LimitNames, out int known))
        {
            switch (known)
            {
                case >= 0 when json.TokenType == JsonTokenType.Null: break;
                case 0: connections = json.GetInt32(); break;
                case 1: perWindow = json.GetInt32(); break;
                case 2: window = ReadDuration(ref json); break;
                case 3: bytes = json.GetInt64(); break;
                case 4: wait = ReadDuration(ref json); break;
                default: json.Skip(); break;
            }
        }

        return new RegisteredLimit
        {
            MaxConcurrentConnections = connections,
            ConnectionsPerWindow = perWindow,
            Window = window,
            BytesPerSecond = bytes,
            WaitUpTo = wait,
        };
    }

    private static TimeSpan ReadDuration(ref Utf8JsonReader json) => TimeSpan.ParseExact(json.Text(), "c", CultureInfo.InvariantCulture);
}
