using Microsoft.AspNetCore.Builder;

namespace KestrelL4.Authority.Api;

/// <summary>The roles that may use a route; a route without it is open to nobody.</summary>
/// <param name="Roles">The roles.</param>
internal sealed record OpenTo(Role Roles);

/// <summary>Names the roles of a route.</summary>
internal static class OpenToRoute
{
    /// <summary>Opens a route to the roles named, and to no other.</summary>
    public static void To(this IEndpointConventionBuilder route, Role roles) => route.WithMetadata(new OpenTo(roles));
}
