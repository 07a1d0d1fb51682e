using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace KestrelL4.Testing;

/// <summary>Ports for those who name theirs: to start a program there, or to close one and open it again.</summary>
/// <remarks>
/// A port that the system chose is free for anybody's outgoing connection as soon as it is closed, so these lie outside that
/// range (ip_local_port_range), and each is given to one process of tests until that process ends.
/// </remarks>
public static class FreePort
{
    private const int Lowest = 10_000;
    private const int FirstChosenBySystem = 32_768;

    private static readonly Lock Gate = new();
    private static readonly List<FileStream> Claims = [];
    private static int _next = Random.Shared.Next(Lowest, FirstChosenBySystem);

    /// <summary>A port on the loopback address that nobody else takes while this process runs.</summary>
    public static IPEndPoint Take()
    {
        lock (Gate)
        {
            string directory = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), "kestrell4-test-ports")).FullName;
            for (int left = FirstChosenBySystem - Lowest; left > 0; left--)
            {
                int port = _next;
                _next = port + 1 < FirstChosenBySystem ? port + 1 : Lowest;
                if (TryClaim(Path.Combine(directory, port.ToString(CultureInfo.InvariantCulture))) is not { } claim)
                {
                    continue;
                }

                Claims.Add(claim);
                if (IsFree(port))
                {
                    return new IPEndPoint(IPAddress.Loopback, port);
                }
            }
        }

        throw new InvalidOperationException($"No port from {Lowest} to {FirstChosenBySystem - 1} is free.");
    }

    private static FileStream? TryClaim(string file)
    {
        try
        {
            return new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            return null;
        }
    }

    // Bound on every address of both families: a test may want any of them.
    private static bool IsFree(int port)
    {
        try
        {
            using Socket socket = new(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp) { DualMode = true };
            socket.Bind(new IPEndPoint(IPAddress.IPv6Any, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
