using KestrelL4.Sockets;

namespace KestrelL4.OpenSsl;

/// <summary>A connection whose TLS session may go on without the <see cref="System.Net.Security.SslStream"/> that made its handshake.</summary>
/// <remarks>During the handshake the stream is given one record at a time, so that it holds nothing back when it is done.</remarks>
internal interface ITlsHandover
{
    /// <summary>The connection's socket.</summary>
    RelaySocket RelaySocket { get; }

    /// <summary>What the handshake's session was captured with.</summary>
    SessionCapture Capture { get; }

    /// <summary>Has the stream find the end from now on: what is on its way, or was received and not given to the handshake, is the session's.</summary>
    void TakeOver();

    /// <summary>Takes bytes that were received and not given to the handshake, after <see cref="TakeOver"/>.</summary>
    /// <returns>How many; 0 = there are no more.</returns>
    int TakeRest(Span<byte> into);
}
