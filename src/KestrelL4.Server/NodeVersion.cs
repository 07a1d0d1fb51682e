using System.Reflection;

namespace KestrelL4.Server;

/// <summary>The version of the program.</summary>
internal static class NodeVersion
{
    /// <summary>The version without the build's own suffix, such as <c>0.1.0</c>.</summary>
    public static string Text { get; } =
        typeof(NodeVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];
}
