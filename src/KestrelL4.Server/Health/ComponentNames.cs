namespace KestrelL4.Server.Health;

/// <summary>The names of the node's components.</summary>
internal static class ComponentNames
{
    /// <summary>The node's own certificate.</summary>
    public const string Identity = "identity";

    /// <summary>The clients and grants in force.</summary>
    public const string Registry = "registry";

    /// <summary>The authority, and the way to it.</summary>
    public const string Authority = "authority";

    /// <summary>What the node has left to take connections with: descriptors, memory, places.</summary>
    public const string Capacity = "capacity";

    /// <summary>An application.</summary>
    public static string Application(string name) => $"application:{name}";

    /// <summary>The certificates of a client authority.</summary>
    public static string ClientAuthority(string name) => $"client-authority:{name}";

    /// <summary>The revocation list of a client authority.</summary>
    public static string Revocation(string name) => $"revocation:{name}";
}
