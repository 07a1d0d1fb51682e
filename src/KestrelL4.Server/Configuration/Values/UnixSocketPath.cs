using System.Diagnostics.CodeAnalysis;
using System.Net.Sockets;
using System.Text;

namespace KestrelL4.Server.Configuration.Values;

/// <summary>The path of a unix socket as text: <c>unix:/path</c>.</summary>
internal static class UnixSocketPath
{
    /// <summary>What the text begins with.</summary>
    public const string Prefix = "unix:";

    /// <summary>The longest path in bytes of UTF-8: the kernel's sun_path has 108, the last of them zero.</summary>
    public const int MaxBytes = 107;

    /// <summary>Whether the text means a unix socket, readable or not.</summary>
    public static bool IsMeant(string text) => text.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>Reads the text.</summary>
    /// <param name="text">What the operator wrote.</param>
    /// <param name="directory">The absolute directory that a relative path starts from.</param>
    /// <param name="endPoint">The socket at its absolute path.</param>
    /// <param name="problem">Why the path cannot be used; null when there is no path, or it was understood.</param>
    public static bool TryParse(string text, string directory, [NotNullWhen(true)] out UnixDomainSocketEndPoint? endPoint, out string? problem)
    {
        endPoint = null;
        problem = null;
        string path = text[Prefix.Length..];
        if (path.Length == 0 || path.Any(char.IsControl))
        {
            return false;
        }

        string absolute = Path.GetFullPath(path, directory);
        int bytes = Encoding.UTF8.GetByteCount(absolute);
        if (bytes > MaxBytes)
        {
            problem = $"a socket's path has at most {MaxBytes} bytes, this one has {bytes}";
            return false;
        }

        endPoint = new UnixDomainSocketEndPoint(absolute);
        return true;
    }
}
