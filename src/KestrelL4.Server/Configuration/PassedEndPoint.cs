using System.Net;

namespace KestrelL4.Server.Configuration;

/// <summary>A socket that the service manager opens and passes to the node; where it listens is written in the service manager's own files.</summary>
/// <param name="name">Its name there, compared with case.</param>
internal sealed class PassedEndPoint(string name) : EndPoint
{
    /// <summary>Its name there.</summary>
    public string Name => name;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is PassedEndPoint other && other.Name == name;

    /// <inheritdoc/>
    public override int GetHashCode() => name.GetHashCode(StringComparison.Ordinal);
}
