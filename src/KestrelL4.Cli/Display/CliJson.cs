using System.Text.Json.Serialization;
using KestrelL4.Cli.Control;
using KestrelL4.Server;

namespace KestrelL4.Cli.Display;

/// <summary>How verbs write answers of their own for programs: camelCase, as the admin endpoint does.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(CheckAnswer))]
[JsonSerializable(typeof(CertificateAnswer))]
[JsonSerializable(typeof(CloseAnswer))]
[JsonSerializable(typeof(DrainAnswer))]
[JsonSerializable(typeof(WaitAnswer))]
[JsonSerializable(typeof(EnrolledNode))]
[JsonSerializable(typeof(IssuedClient))]
[JsonSerializable(typeof(Refusal))]
internal sealed partial class CliJson : JsonSerializerContext;
