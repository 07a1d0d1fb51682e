using System.Text.Json.Serialization;

namespace KestrelL4.Authority.RegistryStore;

/// <summary>How the state and the audit log are written.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(RegistryState))]
[JsonSerializable(typeof(NodesState))]
[JsonSerializable(typeof(AuditEntry))]
internal sealed partial class StoreJson : JsonSerializerContext;
