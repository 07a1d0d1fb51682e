namespace KestrelL4.RateLimiting;

/// <summary>Whom a limit holds to its numbers.</summary>
public enum RateLimitScope
{
    /// <summary>One source address, before TLS; IPv6 by its /64.</summary>
    Source,

    /// <summary>All authenticated clients of the node together.</summary>
    Node,

    /// <summary>All clients of one application together.</summary>
    Application,

    /// <summary>One client over all applications.</summary>
    Client,

    /// <summary>One client in one application.</summary>
    ClientApplication,
}

/// <summary>The words for <see cref="RateLimitScope"/> in metrics.</summary>
public static class RateLimitScopeExtensions
{
    private static readonly string[] Words = ["source", "node", "application", "client", "client_application"];

    /// <summary>How many scopes there are.</summary>
    internal static int Count => Words.Length;

    /// <summary>The scope as metrics write it, such as <c>client_application</c>.</summary>
    public static string Word(this RateLimitScope scope) => Words[(int)scope];
}
