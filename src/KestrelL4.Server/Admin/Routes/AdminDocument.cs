using KestrelL4.Server.Admin.Answers;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace KestrelL4.Server.Admin.Routes;

/// <summary>The description of a door's routes at <c>/openapi/v1.json</c>; it follows from the routes' own signatures.</summary>
internal static class AdminDocument
{
    private const string About =
        "How the node is and what it does. Over TCP it is read-only; over the socket admin.sock in the state directory it also acts. "
        + "A request whose Host is no name of the node is refused with 421, one that a web page has a browser send and that is to act with 403; "
        + "a method that a path does not have, with 405. "
        + "Every refusal is an AdminError, but that of /reload. HEAD goes with every GET of the group observe.";

    /// <summary>Adds what signatures do not tell.</summary>
    public static void Apply(OpenApiOptions options)
    {
        options.AddDocumentTransformer(static (document, _, _) =>
        {
            document.Info = new OpenApiInfo { Title = "KestrelL4 admin endpoint", Version = NodeVersion.Text, Description = About };
            return Task.CompletedTask;
        });
        options.AddSchemaTransformer(static (schema, context, _) =>
        {
            // These are written by converters of ours, of which the serializer cannot tell what they write.
            if (context.JsonTypeInfo.Type == typeof(DateTimeOffset) || context.JsonTypeInfo.Type == typeof(DateTimeOffset?))
            {
                schema.Type = JsonSchemaType.String;
            }
            else if (context.JsonTypeInfo.Type == typeof(RejectedErrors))
            {
                schema.Type = JsonSchemaType.Array | JsonSchemaType.Integer;
                schema.Items = new OpenApiSchema { Type = JsonSchemaType.String };
            }

            return Task.CompletedTask;
        });
    }
}
