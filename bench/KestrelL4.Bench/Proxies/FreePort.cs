using System.Net;
using System.Net.Sockets;

namespace KestrelL4.Bench.Proxies;

/// <summary>Loopback ports that nothing listens on.</summary>
internal static class FreePort
{
    /// <summary>A port that was free a moment ago.</summary>
    public static int Find() => Find(1)[0];

    /// <summary>So many different ports that were free a moment ago.</summary>
    public static int[] Find(int count)
    {
        Socket[] sockets = [.. Enumerable.Range(0, count).Select(static _ => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp))];
        try
        {
            // None is given back before all are found, or the system might name one twice.
            return [.. sockets.Select(static socket =>
            {
                socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
                return ((IPEndPoint)socket.LocalEndPoint!).Port;
            })];
        }
        finally
        {
            foreach (Socket socket in sockets)
            {
                socket.Dispose();
            }
        }
    }
}
