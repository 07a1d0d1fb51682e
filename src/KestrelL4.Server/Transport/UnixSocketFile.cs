using System.Net.Sockets;

namespace KestrelL4.Server.Transport;

/// <summary>The file of a unix socket, which outlives a process that was killed.</summary>
internal static class UnixSocketFile
{
    /// <summary>Removes a socket file that nobody listens at; anything else at the path stays and makes the bind fail.</summary>
    public static void RemoveStale(UnixDomainSocketEndPoint endPoint)
    {
        string path = endPoint.ToString();
        if (!File.Exists(path))
        {
            return;
        }

        using Socket probe = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            probe.Connect(endPoint);
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.ConnectionRefused && IsSocket(path))
        {
            File.Delete(path);
        }
        catch (SocketException)
        {
            // Not a socket that nobody listens at: the bind tells what it is.
        }
    }

    // Connecting to a plain file is refused as well, and a plain file is somebody's.
    private static bool IsSocket(string path) =>
        (File.GetAttributes(path) & (FileAttributes.Directory | FileAttributes.ReparsePoint)) == 0 && new FileInfo(path).Length == 0
        && !CanOpen(path);

    private static bool CanOpen(string path)
    {
        try
        {
            using FileStream file = File.OpenRead(path);
            return true;
        }
        catch (IOException)
        {
            // Opening a socket fails with ENXIO.
            return false;
        }
    }
}
