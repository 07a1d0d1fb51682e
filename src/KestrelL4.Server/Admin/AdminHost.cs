using System.Net.Sockets;
using KestrelL4.Server.Configuration;
using KestrelL4.Server.Listeners;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
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
    private readonly ListenAddress _listen;

    private AdminHost(WebApplication web, ListenAddress listen)
    {
        _web = web;
        _listen = listen;
    }

    /// <summary>What a <c>KestrelServerOptions.ApplicationServices</c> needs; valid until disposed, also before the start.</summary>
    public IServiceProvider Services => _web.Services;

    /// <summary>The bound address, such as <c>http://127.0.0.1:9780</c>. Only after <see cref="StartAsync"/>.</summary>
    public string Address =>
        _web.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.First();

    /// <summary>Builds the server; nothing is bound yet.</summary>
    public static AdminHost Create(AdminConfiguration configuration, AdminEndpoint endpoint, ILoggerFactory loggers)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { Args = [] });
        builder.Services.AddSingleton(loggers);
        builder.Services.AddSingleton<IHostLifetime, SilentLifetime>();
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(options => AdminServerOptions.Apply(options, configuration.Listen));

        WebApplication web = builder.Build();
        var hosts = new HostFilter(configuration);
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
        return new AdminHost(web, configuration.Listen);
    }

    /// <summary>Binds the address and serves.</summary>
    /// <exception cref="BindException">The address cannot be bound.</exception>
    public async Task StartAsync(CancellationToken cancellation)
    {
        try
        {
            await _web.StartAsync(cancellation);
        }
        catch (Exception exception) when (exception is IOException or SocketException or UnauthorizedAccessException)
        {
            throw new BindException("KestrelL4:Admin:Listen", _listen, exception);
        }
    }

    /// <summary>Lets requests in flight end until <paramref name="cancellation"/>, then cuts them.</summary>
    public Task StopAsync(CancellationToken cancellation) => _web.StopAsync(cancellation);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _web.DisposeAsync();

    // The framework's own would take SIGTERM, SIGINT and SIGQUIT from the node.
    private sealed class SilentLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
