using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using KestrelL4.Tls;

namespace KestrelL4.Server.Runtime;

/// <summary>Asks whether this process sends session tickets, by a handshake with itself.</summary>
internal static class SessionTickets
{
    /// <summary>Whether a ticket followed the handshake.</summary>
    public static async Task<bool> AreSentAsync(NodeIdentity identity, CancellationToken cancellation)
    {
        using Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(1);
        using Socket near = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await near.ConnectAsync(listener.LocalEndPoint!, cancellation).ConfigureAwait(false);
        using Socket far = await listener.AcceptAsync(cancellation).ConfigureAwait(false);
        using SslStream server = new(new NetworkStream(far));
        using SslStream client = new(new NetworkStream(near));
        Task accepted = server.AuthenticateAsServerAsync(
            new SslServerAuthenticationOptions { ServerCertificateContext = identity.Context, EnabledSslProtocols = SslProtocols.Tls13 },
            cancellation);
        await client.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                RemoteCertificateValidationCallback = (_, certificate, _, _) =>
                    certificate is not null && certificate.GetRawCertData().AsSpan().SequenceEqual(identity.Context.TargetCertificate.RawData),
                EnabledSslProtocols = SslProtocols.Tls13,
            },
            cancellation).ConfigureAwait(false);
        await accepted.ConfigureAwait(false);

        // The server has said nothing yet: whatever is there is a ticket.
        return near.Available > 0;
    }
}
