using System.Net;
using System.Text.Json;
using KestrelL4.Server.Admin.Answers;

namespace KestrelL4.Cli.Control;

/// <summary>What the node answered.</summary>
/// <param name="Code">The status code.</param>
/// <param name="Body">The body as it came; empty when there was none.</param>
internal sealed record AdminAnswer(HttpStatusCode Code, string Body)
{
    /// <summary>Whether it did what it was asked.</summary>
    public bool IsDone => (int)Code is >= 200 and < 300;

    /// <summary>Why it did not: the errors that it named.</summary>
    public IReadOnlyList<string> Errors
    {
        get
        {
            try
            {
                return Code == HttpStatusCode.UnprocessableEntity
                    ? JsonSerializer.Deserialize(Body, AdminJson.Default.ReloadRefusal)!.Errors
                    : [JsonSerializer.Deserialize(Body, AdminJson.Default.AdminError)!.Error];
            }
            catch (JsonException)
            {
                return [$"the node answered {(int)Code} without saying why; look into its log"];
            }
        }
    }
}
