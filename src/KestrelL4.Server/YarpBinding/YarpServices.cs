using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Health;

namespace KestrelL4.Server.YarpBinding;

/// <summary>YARP without a host: its clusters, their health and its schedules, with our parts in the places that it leaves open.</summary>
internal static class YarpServices
{
    /// <summary>Starts it; the caller disposes it, and with it every timer.</summary>
    /// <param name="parts">Our parts.</param>
    /// <param name="loggers">Where it logs.</param>
    /// <param name="time">The clock of its schedules.</param>
    public static ServiceProvider Start(YarpParts parts, ILoggerFactory loggers, TimeProvider time)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { Args = [] });
        IServiceCollection services = builder.Services;
        services.AddSingleton(time);
        services.AddSingleton(loggers);

        // It asks for a server, which is never started.
        builder.WebHost.UseKestrelCore();
        services.AddSingleton(parts.Clusters);
        services.AddSingleton(parts.Probes);
        services.AddSingleton(parts.Policy);
        services.AddSingleton(parts.Clients);
        services.AddSingleton(parts.Destinations);
        services.AddReverseProxy();

        // It protects cookies, which nobody here has, and would leave a key on the disk.
        services.AddDataProtection().DisableAutomaticKeyGeneration();
        ServiceProvider provider = services.BuildServiceProvider();

        // The only door to its clusters is a route.
        new NoRoutes(provider).MapReverseProxy(static _ => { });
        return provider;
    }

    private sealed class NoRoutes(IServiceProvider services) : IEndpointRouteBuilder
    {
        public IServiceProvider ServiceProvider => services;

        public ICollection<EndpointDataSource> DataSources { get; } = [];

        public IApplicationBuilder CreateApplicationBuilder() => new ApplicationBuilder(services);
    }
}

/// <summary>What is ours in YARP.</summary>
/// <param name="Clusters">The clusters.</param>
/// <param name="Probes">What to ask of a destination.</param>
/// <param name="Clients">Who asks.</param>
/// <param name="Policy">Who judges the answers.</param>
/// <param name="Destinations">Who is told of every change.</param>
internal sealed record YarpParts(
    IProxyConfigProvider Clusters,
    IProbingRequestFactory Probes,
    IForwarderHttpClientFactory Clients,
    IActiveHealthCheckPolicy Policy,
    IClusterDestinationsUpdater Destinations);
