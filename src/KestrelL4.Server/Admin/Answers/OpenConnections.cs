using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;

namespace KestrelL4.Server.Admin.Answers;

/// <summary>The answer of <c>/connections</c>: the open ones, oldest first.</summary>
/// <remarks>Written one by one: a hundred thousand of them cost their references, not their texts.</remarks>
internal sealed class OpenConnections(IEnumerable<Application> applications, TimeProvider time) : IResult, IEndpointMetadataProvider
{
    /// <inheritdoc/>
    public static void PopulateMetadata(MethodInfo method, EndpointBuilder builder) => builder.Metadata.Add(
        new ProducesResponseTypeMetadata(StatusCodes.Status200OK, typeof(IEnumerable<OpenConnection>), ["application/json"]));

    /// <inheritdoc/>
    public Task ExecuteAsync(HttpContext httpContext) => httpContext.Response.WriteAsJsonAsync(
        List(), AdminJson.Default.IEnumerableOpenConnection, cancellationToken: httpContext.RequestAborted);

    private IEnumerable<OpenConnection> List()
    {
        DateTimeOffset now = time.GetUtcNow();
        List<(TimeSpan Age, ProxiedConnection Connection)> open = [];
        foreach (ProxiedConnection connection in applications.SelectMany(static application => application.Connections.All))
        {
            // One that has its reason is being taken down.
            if (connection.CloseReason is null)
            {
                open.Add((connection.Duration, connection));
            }
        }

        open.Sort(static (one, other) => other.Age.CompareTo(one.Age));
        return open.Select(entry => OpenConnection.Of(entry.Connection, now - entry.Age));
    }
}
