using System.Text.Json;
using System.Text.Json.Serialization;
using KestrelL4.Protocol;

namespace KestrelL4.Authority.Administration;

/// <summary>How orders and reports are written: camelCase.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(TokenOrder))]
[JsonSerializable(typeof(ClientOrder))]
[JsonSerializable(typeof(ClientChange))]
[JsonSerializable(typeof(AdministratorOrder))]
[JsonSerializable(typeof(AdministratorsReport))]
[JsonSerializable(typeof(TokenReport))]
[JsonSerializable(typeof(DoneReport))]
[JsonSerializable(typeof(SelfReport))]
[JsonSerializable(typeof(ClientsReport))]
[JsonSerializable(typeof(NodesReport))]
[JsonSerializable(typeof(AuthorityError))]
internal sealed partial class AdministrationJson : JsonSerializerContext;
