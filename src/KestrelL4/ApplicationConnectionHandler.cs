using System.Net.Security;
using System.Net.Sockets;
using KestrelL4.Authentication;
using KestrelL4.Authorization;
using KestrelL4.Forwarding;
using KestrelL4.RateLimiting;
using KestrelL4.Registry;
using KestrelL4.Tls;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace KestrelL4;

/// <summary>The life of a connection from the handshake on: authenticate, authorize, limit, pick, dial, relay.</summary>
/// <remarks>
/// Stands behind Kestrel's <c>UseHttps</c>. The steps before it leave the <see cref="ProxiedConnection"/>, with its certificate,
/// among the connection's features, and dispose it after it.
/// </remarks>
/// <param name="application">The application that the connections are for.</param>
/// <param name="registry">Who may use it.</param>
/// <param name="limits">The limits that clients share over all applications.</param>
public sealed class ApplicationConnectionHandler(Application application, ClientRegistry registry, ClientLimits limits) : ConnectionHandler
{
    /// <inheritdoc/>
    public override async Task OnConnectedAsync(ConnectionContext connection)
    {
        ArgumentNullException.ThrowIfNull(connection);
        ProxiedConnection proxied = connection.Features.GetRequiredFeature<ProxiedConnection>();
        SslStream stream = connection.Features.GetRequiredFeature<ISslStreamFeature>().SslStream;
        Socket socket = connection.Features.GetRequiredFeature<IConnectionSocketFeature>().Socket;
        await using TlsRelayEnd end = new(stream, socket);
        CloseReason reason = await PassAsync(proxied, end).ConfigureAwait(false);
        await application.EndAsync(proxied, end, reason).ConfigureAwait(false);
    }

    private async ValueTask<CloseReason> PassAsync(ProxiedConnection connection, RelayEnd end)
    {
        ClientCertificate certificate = connection.Certificate ?? throw new InvalidOperationException("No step before left a certificate.");
        if (!Authenticator.TryAuthenticate(registry.Current, certificate.Id, out Client? client, out CloseReason refusal))
        {
            // A disabled client is known: its line names it.
            connection.Client = client;
            return refusal;
        }

        connection.Client = client;
        if (!Authorizer.TryAuthorize(client, application.Name, out Grant? grant))
        {
            return CloseReason.NotAuthorized;
        }

        LimitStack stack = limits.For(client, grant, application.Name, application.Settings.ClientRateLimit);
        return await application.PassAsync(connection, end, stack).ConfigureAwait(false);
    }
}
