using System.Security.Authentication;
using System.Security.Cryptography;
using KestrelL4.Sockets;
using KestrelL4.Tls;
using KestrelL4.Upstreams;

namespace KestrelL4.Forwarding;

/// <summary>The TLS handshake of a dial.</summary>
internal static class TlsDial
{
    /// <summary>Shakes hands over a connected socket, which it owns from now on; a failure is told, never thrown.</summary>
    /// <param name="socket">The socket, with nothing of the client sent yet.</param>
    /// <param name="tls">How TLS is spoken.</param>
    /// <param name="host">The host of the upstream's address.</param>
    /// <param name="ending">Ends the handshake, whose result is then <see cref="DialResult.Timeout"/>.</param>
    public static async Task<Dial> ShakeHandsAsync(RelaySocket socket, UpstreamTls tls, string host, CancellationToken ending)
    {
        TlsTurn turn = new();
        UpstreamTlsStream stream = new(new RelaySocketStream(socket, turn));
        try
        {
            await stream.AuthenticateAsClientAsync(tls.OptionsFor(host), ending).ConfigureAwait(false);
            return new Dial(DialResult.Connected, new TlsRelayEnd(stream, socket, turn));
        }
        catch (Exception exception) when (exception is AuthenticationException or CryptographicException || RelayEnd.IsBroken(exception))
        {
            if (ending.IsCancellationRequested)
            {
                SocketEnding.Abort(socket);
            }

            await stream.DisposeAsync().ConfigureAwait(false);
            return ending.IsCancellationRequested
                ? new Dial(DialResult.Timeout, Problem: "the TLS handshake did not end in time")
                : new Dial(DialResult.TlsFailed, Problem: stream.CertificateFault ?? TlsFailure.Describe(exception));
        }
    }
}
