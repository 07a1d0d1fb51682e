using System.Net;
using System.Net.Sockets;

namespace KestrelL4.FunctionalTests.Draining;

/// <summary>Whether a port takes connections.</summary>
internal static class Port
{
    /// <summary>Makes sure that a connection is refused now.</summary>
    public static async Task RefusesAsync(IPEndPoint endPoint) => Assert.True(await IsRefusingAsync(endPoint), $"{endPoint} takes connections");

    /// <summary>Waits until connections are refused.</summary>
    public static Task UntilRefusingAsync(IPEndPoint endPoint) =>
        Eventually.UntilAsync(() => IsRefusingAsync(endPoint), $"{endPoint} refuses connections");

    private static async Task<bool> IsRefusingAsync(IPEndPoint endPoint)
    {
        try
        {
            using Socket socket = await SocketExtensions.ConnectAsync(endPoint);
            return false;
        }
        catch (SocketException exception)
        {
            // The port closed while the connection waited in its queue.
            return exception.SocketErrorCode is SocketError.ConnectionRefused or SocketError.ConnectionReset;
        }
    }
}
