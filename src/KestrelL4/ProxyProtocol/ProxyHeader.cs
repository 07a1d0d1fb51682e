namespace KestrelL4.ProxyProtocol;

/// <summary>A PROXY header that was read.</summary>
/// <param name="Length">How many bytes it has; what follows is the client's.</param>
/// <param name="Source">The client's end point; null = the header tells none, as for a proxy's own connection, and the socket's addresses hold.</param>
/// <param name="Destination">The end point that the client connected to; null exactly when the source is.</param>
public readonly record struct ProxyHeader(int Length, System.Net.IPEndPoint? Source, System.Net.IPEndPoint? Destination);
