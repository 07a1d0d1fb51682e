using KestrelL4.Server.Admin.Answers;
using KestrelL4.Server.Admin.Routes;
using KestrelL4.Server.Ports;
using KestrelL4.Server.Transport;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace KestrelL4.Server.Admin;

/// <summary>The web server behind one door of the admin endpoint.</summary>
/// <remarks>It listens where the door is and nowhere else, and leaves the process's signals alone.</remarks>
internal sealed class AdminHost : IAsyncDisposable
{
    private readonly WebApplication _web;

    private AdminHost(WebApplication web) => _web = web;

    /// <summary>The services of the web server, its routes among them.</summary>
    public IServiceProvider Services => _web.Services;

    /// <summary>The bound address, such as <c>http://127.0.0.1:9780</c>. Only after <see cref="StartAsync"/>.</summary>
    public string Address =>
        _web.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.First();

    /// <summary>Builds the server on an address that is bound; it does not accept yet.</summary>
    /// <param name="bound">The address.</param>
    /// <param name="door">Who may come in there, and what they may.</param>
    /// <param name="endpoint">The routes.</param>
    /// <param name="loggers">Where it logs.</param>
    /// <param name="time">The clock of the transport.</param>
    public static AdminHost Create(BoundAddress bound, AdminDoor door, AdminEndpoint endpoint, ILoggerFactory loggers, TimeProvider time)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { Args = [] });
        builder.Services.AddSingleton(loggers);
        builder.Services.AddSingleton<IHostLifetime, SilentLifetime>();
        builder.Services.AddRoutingCore();
        builder.Services.ConfigureHttpJsonOptions(static options => AdminJson.ApplyTo(options.SerializerOptions));

        // So that a parameter that is missing or senseless reaches our own answer, which names it.
        builder.Services.Configure<RouteHandlerOptions>(static options => options.ThrowOnBadRequest = true);

        // A lambda, because only then do our XML comments become the descriptions: a generator intercepts the call.
        builder.Services.AddOpenApi(static options => AdminDocument.Apply(options));
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration();

        // Kestrel's transport rather than ours: HTTP needs pipes whose reads and flushes can be cancelled.
        SocketConnectionContextFactory connections = new(new SocketConnectionFactoryOptions(), loggers.CreateLogger<AdminHost>());
        builder.Services.AddSingleton<IConnectionListenerFactory>(
            new ListeningTransport(bound.Sockets, connections.Create, AdminAdmission.Instance, loggers, time));
        builder.WebHost.ConfigureKestrel(options => AdminServerOptions.Apply(options, bound, door));

        WebApplication web = builder.Build();
        web.Use(new AdminRequests(door).PassAsync);
        endpoint.MapTo(web, door.Audience);
        return new AdminHost(web);
    }

    /// <summary>Serves.</summary>
    public Task StartAsync() => _web.StartAsync();

    /// <summary>Stops accepting, lets the requests under way end, and goes.</summary>
    public async ValueTask DisposeAsync()
    {
        await _web.StopAsync().ConfigureAwait(false);
        await _web.DisposeAsync().ConfigureAwait(false);
    }

    // The framework's own would take SIGTERM, SIGINT and SIGQUIT from the node.
    private sealed class SilentLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
