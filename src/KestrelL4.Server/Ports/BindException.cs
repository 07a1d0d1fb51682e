using KestrelL4.Server.Transport;

namespace KestrelL4.Server.Ports;

/// <summary>A listener's address cannot be bound; the message names the key, the address and the cause.</summary>
internal sealed class BindException : Exception
{
    /// <summary>Names what cannot be bound.</summary>
    public BindException(string keyPath, string address, Exception cause)
        : base($"{keyPath}: {address} cannot be bound: {cause.GetBaseException().Message}; free it, or name another", cause)
    {
    }

    /// <summary>Names a socket that was not passed, or is of no use.</summary>
    public BindException(string keyPath, string address, PassedSocketException cause)
        : base($"{keyPath}: {address}: {cause.Message}; {cause.Remedy}", cause)
    {
    }

    /// <summary>Tells also what was closed to make way and could not be bound again.</summary>
    public BindException(BindException refused, IEnumerable<BindException> lost)
        : base($"{refused.Message}; and lost meanwhile: {string.Join("; ", lost.Select(static each => each.Message))}", refused)
    {
    }
}
