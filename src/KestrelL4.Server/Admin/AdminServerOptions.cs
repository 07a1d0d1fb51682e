using KestrelL4.Server.Ports;
using KestrelL4.Server.Transport;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace KestrelL4.Server.Admin;

/// <summary>Keeps the admin endpoint small: it answers short questions, so whoever asks long ones is refused.</summary>
internal static class AdminServerOptions
{
    /// <summary>The most connections of a door.</summary>
    public const int MostConnections = 128;

    /// <summary>Sets limits and the address.</summary>
    public static void Apply(KestrelServerOptions options, BoundAddress bound, AdminDoor door)
    {
        AdminPlaces places = new(MostConnections);
        options.AddServerHeader = false;
        options.Limits.MaxRequestBodySize = 1024;
        options.Limits.MaxRequestLineSize = 4 * 1024;
        options.Limits.MaxRequestHeadersTotalSize = 16 * 1024;
        options.Limits.MaxRequestHeaderCount = 50;
        options.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(5);

        // Longer than the scrape intervals in use, so that a scraper keeps its connection.
        options.Limits.KeepAliveTimeout = TimeSpan.FromMinutes(2);
        options.ConfigureEndpointDefaults(endpoint =>
        {
            endpoint.Protocols = HttpProtocols.Http1;
            door.Guard(endpoint);
            places.Guard(endpoint);
        });
        foreach (ListeningSocket socket in bound.Sockets)
        {
            options.Listen(socket.EndPoint);
        }
    }
}
