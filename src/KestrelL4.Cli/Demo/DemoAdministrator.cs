using KestrelL4.Authority.Administration;
using KestrelL4.Cli.Control;
using KestrelL4.Protocol.Snapshots;

namespace KestrelL4.Cli.Demo;

/// <summary>Orders of the demo's authority what the verbs of <c>authority</c> order.</summary>
internal sealed class DemoAdministrator(AuthorityConnection authority) : IDisposable
{
    private static readonly TimeSpan TokenLife = TimeSpan.FromHours(1);

    /// <summary>Whether the authority answers.</summary>
    public async Task<bool> AnswersAsync(CancellationToken cancellation)
    {
        try
        {
            await PinAsync(cancellation);
            return true;
        }
        catch (AuthorityUnreachableException)
        {
            return false;
        }
    }

    /// <summary><c>authority pin</c>.</summary>
    public async Task<string> PinAsync(CancellationToken cancellation) =>
        (await authority.AskAsync(HttpMethod.Get, AdministrationRoutes.Self, AdministrationJson.Default.SelfReport, cancellation)).CaPin;

    /// <summary><c>authority token create</c>.</summary>
    public async Task<string> CreateTokenAsync(string node, CancellationToken cancellation) => (await authority.OrderAsync(
        HttpMethod.Post,
        AdministrationRoutes.Tokens,
        (new TokenOrder(node, [DemoNames.Host], TokenLife, Uses: 1), AdministrationJson.Default.TokenOrder),
        AdministrationJson.Default.TokenReport,
        cancellation)).Token;

    /// <summary><c>authority client add</c>.</summary>
    public Task AddAsync(string client, string certificateId, IReadOnlyList<string> applications, CancellationToken cancellation) => authority.OrderAsync(
        HttpMethod.Post,
        AdministrationRoutes.Clients,
        (new ClientOrder(client, [certificateId], applications), AdministrationJson.Default.ClientOrder),
        AdministrationJson.Default.DoneReport,
        cancellation);

    /// <summary><c>authority client set --application</c>.</summary>
    public Task GrantAsync(string client, string application, CancellationToken cancellation) =>
        SetAsync(client, new ClientChange { Applications = [application] }, cancellation);

    /// <summary><c>authority client set --for --max-concurrent-connections</c>.</summary>
    public Task LimitAsync(string client, string application, int connections, CancellationToken cancellation) => SetAsync(
        client,
        new ClientChange { Limit = new LimitChange(application, new RegisteredLimit { MaxConcurrentConnections = connections }) },
        cancellation);

    /// <summary><c>authority client revoke</c>.</summary>
    public Task RevokeAsync(string client, CancellationToken cancellation) =>
        authority.AskAsync(HttpMethod.Delete, $"{AdministrationRoutes.Clients}/{client}", AdministrationJson.Default.DoneReport, cancellation);

    /// <inheritdoc/>
    public void Dispose() => authority.Dispose();

    private Task<DoneReport> SetAsync(string client, ClientChange change, CancellationToken cancellation) => authority.OrderAsync(
        HttpMethod.Patch,
        $"{AdministrationRoutes.Clients}/{client}",
        (change, AdministrationJson.Default.ClientChange),
        AdministrationJson.Default.DoneReport,
        cancellation);
}
