using System.Security.Cryptography;
using KestrelL4.RateLimiting;
using KestrelL4.Server.Transport;
using KestrelL4.Tls;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace KestrelL4.Server.Listeners;

/// <summary>The steps of a connection's life before the handler, in order: accept, PROXY header, TLS.</summary>
/// <param name="application">The application that the listener is for.</param>
/// <param name="handshakeTimeout">The most time that PROXY header and handshake may take together.</param>
/// <param name="headers">The step of the PROXY header.</param>
/// <param name="shared">The steps that all applications share.</param>
/// <param name="handler">The steps that follow.</param>
internal sealed class ConnectionPipeline(
    Application application, TimeSpan handshakeTimeout, ProxyHeaderStep headers, SharedSteps shared, ApplicationConnectionHandler handler)
{
    /// <summary>Puts the steps behind a listener.</summary>
    public void Build(ListenOptions listen)
    {
        // Kestrel then leaves the negotiation of HTTP out of the handshake.
        listen.Protocols = HttpProtocols.None;
        listen.Use(next => connection => AcceptAsync(connection, next));
        listen.UseHttps(shared.Handshake.Options(handshakeTimeout));
        listen.Use(next => connection => SecuredAsync(connection, next));
        listen.Run(handler.OnConnectedAsync);
    }

    private async Task AcceptAsync(ConnectionContext context, ConnectionDelegate next)
    {
        using ProxiedConnection connection = application.Open(context.ConnectionId, context.RemoteEndPoint);
        connection.Reset = context.Abort;
        SocketConnection socket = context.Features.GetRequiredFeature<SocketConnection>();
        using AcceptGate.Place? place = shared.Gate.TryEnter(patience => SilentHandshake.TryEnd(connection, socket, patience));
        if (place is null)
        {
            connection.Conclude(CloseReason.NodeLimited);
            return;
        }

        connection.Destination = context.LocalEndPoint;
        if (!await headers.PassAsync(context, connection, handshakeTimeout).ConfigureAwait(false))
        {
            return;
        }

        socket.GiveRecords();
        using LimitLease source = shared.Sources.Acquire(connection.Peer);
        if (!source.IsAcquired)
        {
            application.Counters.RateLimited(RateLimitScope.Source);
            connection.Conclude(CloseReason.SourceLimited);
            return;
        }

        context.Features.Set(connection);
        context.Features.Set(place);
        connection.Trace?.BeginHandshake();
        try
        {
            await next(context).ConfigureAwait(false);
        }
        catch (CryptographicException) when (connection.HandshakeDuration is null)
        {
            // Kestrel lets this one through: the client's certificate is so garbled that no chain can be built for it.
            connection.HandshakeFailure ??= HandshakeFailure.Untrusted;
        }
        catch (NotSupportedException) when (connection.HandshakeDuration is null)
        {
            // And this one: its first record is no ClientHello, so that nobody was asked for our certificate and there is none.
            connection.HandshakeFailure ??= HandshakeFailure.Protocol;
        }

        if (connection.HandshakeDuration is null)
        {
            Fail(connection, context);
        }
    }

    private static Task SecuredAsync(ConnectionContext context, ConnectionDelegate next)
    {
        context.Features.GetRequiredFeature<AcceptGate.Place>().EndHandshake();
        context.Features.GetRequiredFeature<SocketConnection>().EndHandshake();
        context.Features.GetRequiredFeature<ProxiedConnection>().HandshakeSucceeded();
        return next(context);
    }

    // Kestrel keeps the exception of a failed handshake to itself, but how far the client came tells as much.
    private static void Fail(ProxiedConnection connection, ConnectionContext context)
    {
        if (connection.Conclude(CloseReason.HandshakeFailed))
        {
            connection.HandshakeFailure ??= context.Features.Get<SocketConnection>() switch
            {
                { WasReadCancelled: true } => HandshakeFailure.Timeout,
                { HasPeerLeft: true } => HandshakeFailure.Aborted,
                _ => HandshakeFailure.Protocol,
            };
        }
    }
}
