namespace KestrelL4.Testing.Clients;

/// <summary>How a TLS connection ended, seen by the client on the wire.</summary>
public enum TlsEnd
{
    /// <summary>close_notify, then an orderly end of the TCP connection.</summary>
    CloseNotifyThenFin,

    /// <summary>close_notify, then a reset of the TCP connection.</summary>
    CloseNotifyThenReset,

    /// <summary>An orderly end of the TCP connection without close_notify.</summary>
    Fin,

    /// <summary>A reset without close_notify.</summary>
    Reset,

    /// <summary>A TLS alert other than close_notify.</summary>
    Alert,
}
