namespace KestrelL4.Upstreams;

/// <summary>How a dial ended.</summary>
public enum DialResult
{
    /// <summary>The upstream is connected.</summary>
    Connected,

    /// <summary>Nobody listens there.</summary>
    Refused,

    /// <summary>No answer came in time.</summary>
    Timeout,

    /// <summary>No way leads there, or its name has no address.</summary>
    Unreachable,

    /// <summary>It is there, but TLS with it failed, or its certificate was not accepted.</summary>
    TlsFailed,

    /// <summary>This node lacked a descriptor, a port or memory: nothing is known of the upstream.</summary>
    LocalError,
}

/// <summary>The words for <see cref="DialResult"/> in logs and metrics.</summary>
public static class DialResultExtensions
{
    private static readonly string[] Words = ["connected", "refused", "timeout", "unreachable", "tls_failed", "local_error"];

    /// <summary>How many results there are.</summary>
    internal static int Count => Words.Length;

    /// <summary>The result as logs and metrics write it, such as <c>refused</c>.</summary>
    public static string Word(this DialResult result) => Words[(int)result];
}
