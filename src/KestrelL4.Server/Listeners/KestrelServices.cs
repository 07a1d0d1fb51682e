using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace KestrelL4.Server.Listeners;

/// <summary>What a Kestrel server without a host asks for: TLS takes its metrics from there.</summary>
internal static class KestrelServices
{
    /// <summary>Makes the services; the caller disposes them after the last server.</summary>
    public static ServiceProvider Create(ILoggerFactory loggers)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { Args = [] });
        builder.Services.AddSingleton(loggers);
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration();
        return builder.Services.BuildServiceProvider();
    }
}
