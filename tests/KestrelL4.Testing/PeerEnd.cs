namespace KestrelL4.Testing;

/// <summary>How a peer's direction of a TCP connection ended, seen from this side.</summary>
public enum PeerEnd
{
    /// <summary>It has not ended.</summary>
    None,

    /// <summary>An orderly end.</summary>
    Fin,

    /// <summary>A reset.</summary>
    Reset,
}
