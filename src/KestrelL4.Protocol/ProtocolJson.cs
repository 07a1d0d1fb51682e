using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace KestrelL4.Protocol;

/// <summary>How the authority writes its answers: camelCase.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(Pong))]
[JsonSerializable(typeof(RegistryNews))]
[JsonSerializable(typeof(AuthorityError))]
internal sealed partial class ProtocolJson : JsonSerializerContext
{
    /// <summary>The same for people who read it in a terminal: quotes as they are. Never part of a web page.</summary>
    public static ProtocolJson Plain { get; } =
        new(new JsonSerializerOptions(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
