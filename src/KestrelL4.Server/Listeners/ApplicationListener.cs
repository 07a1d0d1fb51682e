using System.Net;
using System.Net.Sockets;
using KestrelL4.Server.Configuration;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace KestrelL4.Server.Listeners;

/// <summary>The listener of one application: a Kestrel server of its own, so that it starts and stops without touching another.</summary>
internal sealed class ApplicationListener : IAsyncDisposable
{
    private readonly KestrelServer _server;
    private readonly string _application;
    private readonly ListenAddress _address;
    private readonly List<ListenOptions> _listening = [];

    /// <summary>Prepares a listener; nothing is bound yet.</summary>
    /// <param name="address">Where to listen.</param>
    /// <param name="pipeline">What becomes of a connection.</param>
    /// <param name="services">The web host's provider: Kestrel's TLS takes its metrics from there.</param>
    /// <param name="transport">The transport below.</param>
    /// <param name="loggers">Where Kestrel logs.</param>
    public ApplicationListener(
        ListenAddress address,
        ConnectionPipeline pipeline,
        IServiceProvider services,
        IConnectionListenerFactory transport,
        ILoggerFactory loggers)
    {
        _application = pipeline.Application;
        _address = address;
        KestrelServerOptions options = new() { ApplicationServices = services };
        foreach (EndPoint endPoint in LoopbackPair.Present(address))
        {
            options.Listen(endPoint, listen =>
            {
                _listening.Add(listen);
                pipeline.Build(listen);
            });
        }

        _server = new KestrelServer(Options.Create(options), transport, loggers);
    }

    /// <summary>The bound address as <c>/status</c> shows it; the configured one while it is not bound.</summary>
    public string Address => _address.IsLocalhost || _address.SocketPath is not null
        ? _address.Text
        : _listening[0].EndPoint.ToString()!;

    /// <summary>Binds and begins to accept.</summary>
    /// <exception cref="BindException">The address cannot be bound.</exception>
    public async Task StartAsync(CancellationToken cancellation)
    {
        try
        {
            await _server.StartAsync(new NoHttp(), cancellation).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or SocketException or UnauthorizedAccessException or InvalidOperationException)
        {
            throw new BindException($"KestrelL4:Applications:{_application}:Listen", _address, exception);
        }
    }

    /// <summary>Stops accepting at once and waits for the open connections until the token says to cut them.</summary>
    public Task StopAsync(CancellationToken cut) => _server.StopAsync(cut);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _server.StopAsync(new CancellationToken(canceled: true)).ConfigureAwait(false);
        _server.Dispose();
    }

    // Kestrel asks for an HTTP application; no connection reaches one, because the pipeline ends in our handler.
    private sealed class NoHttp : IHttpApplication<object>
    {
        public object CreateContext(IFeatureCollection contextFeatures) => throw new NotSupportedException();

        public void DisposeContext(object context, Exception? exception) => throw new NotSupportedException();

        public Task ProcessRequestAsync(object context) => throw new NotSupportedException();
    }
}
