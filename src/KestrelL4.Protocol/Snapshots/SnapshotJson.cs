using System.Text.Json.Serialization;

namespace KestrelL4.Protocol.Snapshots;

/// <summary>How a snapshot is written: the names of the configuration, nothing for what is absent.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Snapshot))]
internal sealed partial class SnapshotJson : JsonSerializerContext;
