using KestrelL4.Server.Configuration;

namespace KestrelL4.Server.Listeners;

/// <summary>A listener's address cannot be bound; the message names the key, the address and the cause.</summary>
internal sealed class BindException(string keyPath, ListenAddress address, Exception cause)
    : Exception($"{keyPath}: {address.Text} cannot be bound: {cause.GetBaseException().Message}; free it, or name another", cause);
