using KestrelL4.Server.Admin.Page;
using KestrelL4.Server.Admin.Routes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace KestrelL4.Server.Admin;

/// <summary>All routes of the admin endpoint, as far as those who come through a door may use them.</summary>
/// <param name="observe">The routes that change nothing.</param>
/// <param name="page">The status page for people.</param>
/// <param name="operate">The routes of the operator.</param>
internal sealed class AdminEndpoint(ObserverRoutes observe, PageRoutes page, OperatorRoutes operate)
{
    /// <summary>Maps the routes of a door and their description.</summary>
    public void MapTo(IEndpointRouteBuilder routes, Audience audience)
    {
        observe.MapTo(routes, audience);
        page.MapTo(routes, audience);
        if (audience == Audience.Operator)
        {
            operate.MapTo(routes);
        }
        else
        {
            OperatorRoutes.RefuseOn(routes);
        }

        routes.MapOpenApi();
    }
}
