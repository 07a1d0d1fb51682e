namespace KestrelL4.ProxyProtocol;

/// <summary>The form of a PROXY header that upstreams are sent.</summary>
public enum ProxyHeaderVersion
{
    /// <summary>None is sent.</summary>
    None,

    /// <summary>One line of text with the addresses.</summary>
    V1,

    /// <summary>Binary, with the addresses, the client's name and serial number, and facts of its TLS session.</summary>
    V2,
}
