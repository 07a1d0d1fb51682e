using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using KestrelL4.Tls;

namespace KestrelL4.Server.Runtime;

/// <summary>What a handshake of this process with itself showed, before any client tries one.</summary>
/// <param name="Problem">Why the identity cannot serve, in the words of the TLS library; null when it can.</param>
/// <param name="SendsTicket">Whether a session ticket followed.</param>
internal readonly record struct TrialHandshake(string? Problem, bool SendsTicket)
{
    // A handshake takes milliseconds; what takes this long never ends.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Shakes hands over a loopback connection, up to 10 s.</summary>
    public static async Task<TrialHandshake> RunAsync(NodeIdentity identity, CancellationToken cancellation)
    {
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        end.CancelAfter(Patience);
        using Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        using Socket near = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            listener.Listen(1);
            await near.ConnectAsync(listener.LocalEndPoint!, end.Token).ConfigureAwait(false);
            using Socket far = await listener.AcceptAsync(end.Token).ConfigureAwait(false);
            using SslStream server = new(new NetworkStream(far));
            using SslStream client = new(new NetworkStream(near));
            Task accepted = server.AuthenticateAsServerAsync(
                new SslServerAuthenticationOptions { ServerCertificateContext = identity.Context, EnabledSslProtocols = SslProtocols.Tls13 },
                end.Token);
            Task connected = client.AuthenticateAsClientAsync(OptionsFor(identity), end.Token);

            // When one side fails, the other may wait for it for ever.
            if (!(await Task.WhenAny(accepted, connected).ConfigureAwait(false)).IsCompletedSuccessfully)
            {
                await end.CancelAsync().ConfigureAwait(false);
                await connected.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            // The server's own error tells more than what its peer makes of it.
            await accepted.ConfigureAwait(false);
            await connected.ConfigureAwait(false);

            // The server has said nothing yet: whatever is there is a ticket.
            return new TrialHandshake(null, near.Available > 0);
        }
        catch (Exception exception) when (exception is AuthenticationException or IOException or SocketException
            || (exception is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            return new TrialHandshake(exception.GetBaseException().Message.TrimEnd('.'), SendsTicket: false);
        }
    }

    private static SslClientAuthenticationOptions OptionsFor(NodeIdentity identity) => new()
    {
        CertificateChainPolicy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        },
        RemoteCertificateValidationCallback = (_, certificate, _, _) =>
            certificate is not null && certificate.GetRawCertData().AsSpan().SequenceEqual(identity.Context.TargetCertificate.RawData),
        EnabledSslProtocols = SslProtocols.Tls13,
    };
}
