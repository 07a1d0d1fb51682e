using KestrelL4.Authority.Administration;
using KestrelL4.Authority.Api;
using KestrelL4.Authority.Identities;
using KestrelL4.Authority.RegistryStore;
using KestrelL4.Protocol;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace KestrelL4.Authority;

/// <summary>The authority's web server with all its routes.</summary>
internal sealed class AuthorityHost : IAsyncDisposable
{
    private const int AttemptsOfOneSource = 30;
    private const int ConnectionsOfOneSource = 1_000;
    private const int StrangersOfAll = 300;
    private const int KnownOfAll = 3_000;
    private const int TellingsOfOneNode = 6;

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(5);

    private readonly WebApplication _web;
    private readonly string _adminSocket;

    private AuthorityHost(WebApplication web, string adminSocket)
    {
        _web = web;
        _adminSocket = adminSocket;
    }

    /// <summary>The bound addresses of HTTPS. Only after <see cref="StartAsync"/>.</summary>
    public IEnumerable<string> Addresses =>
        _web.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses
            .Where(static address => address.StartsWith("https:", StringComparison.Ordinal));

    /// <summary>All routes with their metadata.</summary>
    public IEnumerable<Endpoint> Endpoints => ((IEndpointRouteBuilder)_web).DataSources.SelectMany(static source => source.Endpoints);

    /// <summary>Builds the server; it does not listen yet.</summary>
    /// <param name="options">Where it is to listen, and as whom.</param>
    /// <param name="store">The state.</param>
    /// <param name="issuers">Who signs.</param>
    /// <param name="loggers">Where it logs.</param>
    /// <param name="time">Its clock.</param>
    public static AuthorityHost Create(AuthorityOptions options, Store store, Issuers issuers, ILoggerFactory loggers, TimeProvider time)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { Args = [] });
        builder.Services.AddSingleton(loggers);
        builder.Services.AddSingleton<IHostLifetime, SilentLifetime>();
        builder.Services.AddRoutingCore();
        builder.Services.Configure<RouteHandlerOptions>(static handling => handling.ThrowOnBadRequest = true);
        builder.Services.ConfigureHttpJsonOptions(static json =>
        {
            json.SerializerOptions.TypeInfoResolverChain.Clear();
            json.SerializerOptions.TypeInfoResolverChain.Add(AdministrationJson.Default);
            json.SerializerOptions.TypeInfoResolverChain.Add(ProtocolJson.Default);
            json.SerializerOptions.RespectNullableAnnotations = true;
            json.SerializerOptions.RespectRequiredConstructorParameters = true;
            json.SerializerOptions.Converters.Add(new TextList());
        });
        string adminSocket = AuthorityDirectory.AdminSocketOf(options.Directory);
        RefusalLog log = new(loggers.CreateLogger<RefusalLog>(), time);
        AuthorityServer server = new(
            new ServerIdentity(issuers.Root, options.Hosts, time),
            new PeerIdentification(issuers, time),
            new SourcePlaces(ConnectionsOfOneSource, log));
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration()
            .ConfigureKestrel(kestrel => server.Apply(kestrel, options.Listen, adminSocket));

        WebApplication web = builder.Build();
        AdministratorList administrators = new(store, time);
        RoleGate gate = new(store, administrators, log, time);
        web.Use(gate.PassAsync);
        new IdentityRoutes(
            issuers,
            new Enrolment(store, issuers, time),
            new AttemptLimit(AttemptsOfOneSource, StrangersOfAll, time),
            new AttemptLimit(AttemptsOfOneSource, KnownOfAll, time),
            log).MapTo(web);
        new NodeRoutes(
            store,
            new SignedRegistry(store, issuers, time),
            new RegistryStream(store, gate, time),
            new AttemptLimit(TellingsOfOneNode, KnownOfAll, time),
            time).MapTo(web, web.Lifetime.ApplicationStopping);
        new AdministratorRoutes(store, issuers, administrators, time).MapTo(web);
        return new AuthorityHost(web, adminSocket);
    }

    /// <summary>Listens; the directory's lock says that whatever socket lies there is a dead process's.</summary>
    /// <exception cref="IOException">An address is taken.</exception>
    public async Task StartAsync()
    {
        File.Delete(_adminSocket);
        await _web.StartAsync().ConfigureAwait(false);
        File.SetUnixFileMode(_adminSocket, OwnerOnly);
    }

    /// <summary>Stops listening, ends the streams, lets the requests under way end for 5 s, and goes.</summary>
    public async ValueTask DisposeAsync()
    {
        using CancellationTokenSource patience = new(StopPatience);
        await _web.StopAsync(patience.Token).ConfigureAwait(false);
        await _web.DisposeAsync().ConfigureAwait(false);
        File.Delete(_adminSocket);
    }

    // The framework's own would take the signals from the process.
    private sealed class SilentLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
