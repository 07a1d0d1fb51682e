using KestrelL4.Server.Configuration;

namespace KestrelL4.Server.Ports;

/// <summary>Where somebody is to listen.</summary>
/// <param name="Who">Who it is.</param>
/// <param name="Address">The configured address.</param>
/// <param name="State">Whether the port is to be open.</param>
internal sealed record ListenWish(IListening Who, ListenAddress Address, PortState State)
{
    /// <summary>Tells one address from another; each that leaves its port to the system is one of its own.</summary>
    public string Key => Address.EndPoints[0] is System.Net.IPEndPoint { Port: 0 } ? $"{Who.KeyPath} {Address.Text}" : Address.Text;
}

/// <summary>Whether a port is open.</summary>
internal enum PortState
{
    /// <summary>It takes connections.</summary>
    Open,

    /// <summary>It takes connections, unless it cannot be bound: then it stays closed.</summary>
    OpenIfFree,

    /// <summary>It refuses connections, and the same one is to be opened again later.</summary>
    Closed,
}
