namespace KestrelL4.ProxyProtocol;

/// <summary>What an upstream that expects PROXY headers is sent before anything else.</summary>
internal static class ProxyGreeting
{
    /// <summary>The header of a client's connection; empty without a version.</summary>
    /// <param name="version">The form of the header.</param>
    /// <param name="connection">The connection.</param>
    /// <param name="tls">The client's TLS session; null = there is none. Only the second version tells of it.</param>
    public static ReadOnlyMemory<byte> Of(ProxyHeaderVersion version, ProxiedConnection connection, TlsSession? tls)
    {
        ProxyAddresses? addresses = ProxyAddresses.Of(connection.Peer, connection.Destination);
        return version switch
        {
            ProxyHeaderVersion.V1 => TextHeader.Write(addresses),
            ProxyHeaderVersion.V2 => BinaryHeaderWriter.Write(addresses, connection, tls),
            _ => default,
        };
    }

    /// <summary>
    /// The header of a connection that the node opens by itself, such as a probe: <c>LOCAL</c>, or <c>UNKNOWN</c> where the version knows
    /// no such word; empty without a version.
    /// </summary>
    public static ReadOnlyMemory<byte> Local(ProxyHeaderVersion version) => version switch
    {
        ProxyHeaderVersion.V1 => TextHeader.Unknown.ToArray(),
        ProxyHeaderVersion.V2 => BinaryHeaderWriter.WriteLocal(),
        _ => default,
    };
}
