using KestrelL4.Server.Ports;
using KestrelL4.Server.Transport;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace KestrelL4.Server.Listeners;

/// <summary>The listener of one application: a Kestrel server of its own, so that it starts and stops without touching another.</summary>
internal sealed class ApplicationListener : IDisposable
{
    private readonly KestrelServer _server;

    /// <summary>Prepares a listener; it does not accept yet.</summary>
    /// <param name="bound">Where to accept.</param>
    /// <param name="pipeline">What becomes of a connection.</param>
    /// <param name="parts">What it is made with.</param>
    public ApplicationListener(BoundAddress bound, ConnectionPipeline pipeline, ListenerParts parts)
    {
        KestrelServerOptions options = new() { ApplicationServices = parts.Services };
        foreach (ListeningSocket socket in bound.Sockets)
        {
            options.Listen(socket.EndPoint, pipeline.Build);
        }

        ListeningTransport transport = new(
            bound.Sockets, static socket => new SocketConnection(socket), parts.Shared.Gate.Admission, parts.Loggers, parts.Time);
        _server = new KestrelServer(Options.Create(options), transport, parts.Loggers);
    }

    /// <summary>Begins to accept.</summary>
    public Task StartAsync() => _server.StartAsync(new NoHttp(), CancellationToken.None);

    /// <summary>Stops accepting at once.</summary>
    /// <param name="cut">Ends the patience with open connections.</param>
    /// <returns>Completes when the last connection has ended.</returns>
    public async Task CloseAsync(CancellationToken cut)
    {
        await _server.StopAsync(cut).ConfigureAwait(false);
        Dispose();
    }

    /// <inheritdoc/>
    public void Dispose() => _server.Dispose();

    // Kestrel asks for an HTTP application; no connection reaches one, because the pipeline ends in our handler.
    private sealed class NoHttp : IHttpApplication<object>
    {
        public object CreateContext(IFeatureCollection contextFeatures) => throw new NotSupportedException();

        public void DisposeContext(object context, Exception? exception) => throw new NotSupportedException();

        public Task ProcessRequestAsync(object context) => throw new NotSupportedException();
    }
}
