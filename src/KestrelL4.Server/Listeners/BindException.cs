using KestrelL4.Server.Configuration;

namespace KestrelL4.Server.Listeners;

/// <summary>A listener's address cannot be bound.</summary>
internal sealed class BindException(ListenAddress address, Exception cause)
    : Exception($"cannot listen on {address.Text}: {cause.Message}", cause)
{
    /// <summary>The address.</summary>
    public ListenAddress Address { get; } = address;
}
