namespace KestrelL4.Tests.Forwarding;

/// <summary>Who carries the records of a TLS client once its handshake is done.</summary>
public enum TlsEngine
{
    /// <summary>The stream that made the handshake.</summary>
    Stream,

    /// <summary>The session itself, taken over from the stream.</summary>
    Direct,
}
