using KestrelL4.Server.Configuration;
using KestrelL4.Server.Listeners;
using KestrelL4.Server.Transport;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace KestrelL4.Server.Admin;

/// <summary>The web server of the admin endpoint; its services also give Kestrel what TLS on the applications' ports needs.</summary>
/// <remarks>It listens where the configuration says and nowhere else, and leaves the process's signals alone.</remarks>
internal sealed class AdminHost : IAsyncDisposable
{
    // RFC 9110 15.5.20: Misdirected Request.
    private const int NotForThisNode = 421;

    private readonly WebApplication _web;

    private AdminHost(WebApplication web) => _web = web;

    /// <summary>The bound address, such as <c>http://127.0.0.1:9780</c>. Only after <see cref="StartAsync"/>.</summary>
    public string Address =>
        _web.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.First();

    /// <summary>Builds the server on an address that is bound; it does not accept yet.</summary>
    public static AdminHost Create(
        BoundAddress bound, Func<AdminConfiguration> configuration, AdminEndpoint endpoint, ILoggerFactory loggers, TimeProvider time)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { Args = [] });
        builder.Services.AddSingleton(loggers);
        builder.Services.AddSingleton<IHostLifetime, SilentLifetime>();
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration();

        // Kestrel's transport rather than ours: HTTP needs pipes whose reads and flushes can be cancelled.
        SocketConnectionContextFactory connections = new(new SocketConnectionFactoryOptions(), loggers.CreateLogger<AdminHost>());
        builder.Services.AddSingleton<IConnectionListenerFactory>(new ListeningTransport(bound.Sockets, connections.Create, loggers, time));
        builder.WebHost.ConfigureKestrel(options => AdminServerOptions.Apply(options, bound));

        WebApplication web = builder.Build();
        HostFilter hosts = new(configuration);
        web.Use((context, next) =>
        {
            context.Response.Headers.CacheControl = "no-store";
            if (!hosts.Allows(context.Request.Host))
            {
                return AdminEndpoint.Refuse(
                    context,
                    NotForThisNode,
                    $"'{context.Request.Host.Host}' is no name of this node; use its address, or add it to KestrelL4:Admin:AllowedHosts.");
            }

            return context.GetEndpoint() is null
                ? AdminEndpoint.Refuse(context, 404, $"There is nothing at '{context.Request.Path}'.")
                : next(context);
        });
        endpoint.MapTo(web);
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
