using System.Net.Security;
using System.Net.Sockets;
using KestrelL4.Authentication;
using KestrelL4.Authorization;
using KestrelL4.Forwarding;
using KestrelL4.OpenSsl;
using KestrelL4.RateLimiting;
using KestrelL4.Registry;
using KestrelL4.Sockets;
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
/// <param name="inForce">Who may use it.</param>
/// <param name="limits">The limits that clients share over all applications.</param>
/// <param name="time">The clock by which a revocation list is old; null = the system's.</param>
public sealed class ApplicationConnectionHandler(
    Application application, TrustInForce inForce, ClientLimits limits, TimeProvider? time = null) : ConnectionHandler
{
    private readonly TimeProvider _time = time ?? TimeProvider.System;

    /// <inheritdoc/>
    public override async Task OnConnectedAsync(ConnectionContext connection)
    {
        ArgumentNullException.ThrowIfNull(connection);
        ProxiedConnection proxied = connection.Features.GetRequiredFeature<ProxiedConnection>();
        SslStream stream = connection.Features.GetRequiredFeature<ISslStreamFeature>().SslStream;
        Socket socket = connection.Features.GetRequiredFeature<IConnectionSocketFeature>().Socket;
        OpenSslRelayEnd? taken = connection.Features.Get<ITlsHandover>() is { } handover
            ? await OpenSslRelayEnd.TryTakeOverAsync(stream, handover).ConfigureAwait(false)
            : null;
        await using RelayEnd end = taken ?? (RelayEnd)new TlsRelayEnd(stream, socket, connection.Features.Get<TlsTurn>());
        CloseReason reason = await PassAsync(proxied, end).ConfigureAwait(false);
        await application.EndAsync(proxied, end, reason).ConfigureAwait(false);
    }

    private async ValueTask<CloseReason> PassAsync(ProxiedConnection connection, RelayEnd end)
    {
        // The limits take the numbers of the client, so they are asked anew when these were replaced meanwhile: who replaces them
        // revises the limits after, and must not be undone.
        ClientTrust trust;
        LimitStack stack;
        do
        {
            trust = inForce.Current;
            if (Admit(connection, out Grant? grant) is { } refusal)
            {
                return refusal;
            }

            stack = limits.For(connection.Client!, grant!, application.Name, application.Settings.ClientRateLimit);
            Interlocked.MemoryBarrier();
        }
        while (!ReferenceEquals(trust, inForce.Current));

        return await application.PassAsync(connection, end, stack).ConfigureAwait(false);
    }

    /// <summary>Decides by the trust in force whether a connection may go on, and names its client; gives why not, or null.</summary>
    internal CloseReason? Admit(ProxiedConnection connection, out Grant? grant)
    {
        // A connection is live before the trust is read, and it is read again after the client is known: one of both, the
        // connection or who replaced the trust meanwhile, sees the other, so that no withdrawal passes it by.
        ClientTrust trust;
        do
        {
            trust = inForce.Current;
            if (Judge(connection, trust, out grant) is { } refusal)
            {
                return refusal;
            }

            Interlocked.MemoryBarrier();
        }
        while (!ReferenceEquals(trust, inForce.Current));

        return null;
    }

    private CloseReason? Judge(ProxiedConnection connection, ClientTrust trust, out Grant? grant)
    {
        grant = null;
        ClientCertificate certificate = connection.Certificate ?? throw new InvalidOperationException("No step before left a certificate.");
        bool isKnown = Authenticator.TryAuthenticate(trust, certificate, out Client? client, out CloseReason refusal);
        connection.Client = client;
        return !isKnown ? refusal
            : Authenticator.JudgeAge(trust, certificate, _time.GetUtcNow()) is { } tooOld ? tooOld
            : Authorizer.TryAuthorize(client!, application.Name, out grant) ? null
            : CloseReason.NotAuthorized;
    }
}
