using System.Net;
using KestrelL4.Authority.Api;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging.Abstractions;

namespace KestrelL4.Authority.Tests.Api;

/// <summary>Who may use which route, as a table: a route that is added must be added here.</summary>
public sealed class RouteRolesTests : IAsyncLifetime
{
    private const Role Anyone = Role.Anonymous | Role.Node | Role.Client | Role.Stranger;

    private static readonly Dictionary<string, Role> Table = new()
    {
        ["GET /v1/ca"] = Anyone,
        ["POST /v1/identity"] = Role.Anonymous | Role.Node,
        ["GET /v1/ping"] = Role.Node,
        ["GET /v1/registry"] = Role.Node,
        ["GET /v1/registry/events"] = Role.Node,
        ["GET /v1/admin"] = Role.Administrator,
        ["POST /v1/admin/tokens"] = Role.Administrator,
        ["GET /v1/admin/nodes"] = Role.Administrator,
        ["DELETE /v1/admin/nodes/{name}"] = Role.Administrator,
        ["GET /v1/admin/clients"] = Role.Administrator,
        ["POST /v1/admin/clients"] = Role.Administrator,
        ["PATCH /v1/admin/clients/{name}"] = Role.Administrator,
        ["DELETE /v1/admin/clients/{name}"] = Role.Administrator,
        ["POST /v1/admin/clients/{name}/certificates"] = Role.Administrator,
        ["DELETE /v1/admin/certificates/{id}"] = Role.Administrator,
        ["GET /v1/admin/administrators"] = Role.Administrator,
        ["POST /v1/admin/administrators"] = Role.Administrator,
        ["DELETE /v1/admin/administrators/{id}"] = Role.Administrator,
        ["POST /v1/admin/epoch"] = Role.Administrator,
    };

    private readonly AuthorityFixture _authority = new();
    private readonly AuthorityHost _host;

    public RouteRolesTests() => _host = AuthorityHost.Create(
        new AuthorityOptions(_authority["."], [new IPEndPoint(IPAddress.Loopback, 0)], []),
        _authority.Store,
        _authority.Issuers,
        NullLoggerFactory.Instance,
        _authority.Time);

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await _host.DisposeAsync();
        _authority.Dispose();
    }

    [Fact]
    public void Create_EveryRoute_NamesTheRolesOfTheTable()
    {
        Dictionary<string, Role> mapped = _host.Endpoints.OfType<RouteEndpoint>().ToDictionary(
            static route => $"{route.Metadata.GetRequiredMetadata<HttpMethodMetadata>().HttpMethods.Single()} {route.RoutePattern.RawText}",
            static route => route.Metadata.GetMetadata<OpenTo>()?.Roles ?? Role.None);

        Assert.Equal(Table.OrderBy(static entry => entry.Key), mapped.OrderBy(static entry => entry.Key));
    }
}
