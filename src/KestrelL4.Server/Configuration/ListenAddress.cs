using System.Net;
using System.Net.Sockets;

namespace KestrelL4.Server.Configuration;

/// <summary>Where a listener accepts: an address and port, both loopbacks, a unix socket, or a socket that is passed to the node.</summary>
/// <param name="Text">The address as the operator wrote it; a unix socket's path is absolute.</param>
/// <param name="EndPoints">The end points to bind: two for <c>localhost</c>, else one.</param>
internal sealed record ListenAddress(string Text, IReadOnlyList<EndPoint> EndPoints)
{
    /// <summary>The IPv4 loopback address at a port from 0 (any) to 65,535.</summary>
    public static ListenAddress Loopback(int port) => new($"127.0.0.1:{port}", [new IPEndPoint(IPAddress.Loopback, port)]);

    /// <summary>Whether the text names both loopbacks, whose IPv6 half is left out where there is no IPv6.</summary>
    public bool IsLocalhost => Text.StartsWith("localhost:", StringComparison.OrdinalIgnoreCase);

    /// <summary>The unix socket's path, or null for an address and port.</summary>
    public string? SocketPath => (EndPoints[0] as UnixDomainSocketEndPoint)?.ToString();

    /// <summary>The name of the socket that is passed to the node, or null for one that the node binds itself.</summary>
    public string? PassedName => (EndPoints[0] as PassedEndPoint)?.Name;

    /// <summary>The mode 0600 of a unix socket: only its owner, and root, may connect.</summary>
    public const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>The mode 0660 of a unix socket: the group may connect too.</summary>
    public const UnixFileMode OwnerAndGroup = OwnerOnly | UnixFileMode.GroupRead | UnixFileMode.GroupWrite;

    /// <summary>Who may connect when it is a unix socket. Default <see cref="OwnerAndGroup"/>.</summary>
    public UnixFileMode SocketMode { get; init; } = OwnerAndGroup;

    /// <summary>Equal when the text is equal.</summary>
    public bool Equals(ListenAddress? other) => other is not null && string.Equals(Text, other.Text, StringComparison.Ordinal);

    /// <inheritdoc/>
    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(Text);
}
