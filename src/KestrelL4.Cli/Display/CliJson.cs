using System.Text.Json.Serialization;

namespace KestrelL4.Cli.Display;

/// <summary>How verbs that ask no node write their answers for programs: camelCase, as the admin endpoint does.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(CheckAnswer))]
[JsonSerializable(typeof(CertificateAnswer))]
internal sealed partial class CliJson : JsonSerializerContext;

/// <summary>The answer of <c>check --json</c>.</summary>
/// <param name="Findings">Every finding, as it is printed for people; none = a node would start.</param>
internal sealed record CheckAnswer(IReadOnlyList<string> Findings);

/// <summary>The answer of <c>pki … --json</c>.</summary>
/// <param name="SerialNumber">Of the certificate that was issued or revoked, as a registry takes it.</param>
internal sealed record CertificateAnswer(string SerialNumber);
