namespace KestrelL4.Cli.Control;

/// <summary>Requests to the authority that name somebody.</summary>
internal static class AuthorityRequest
{
    /// <summary>A route with its one parameter filled in.</summary>
    public static string To(string route, string name)
    {
        int begin = route.IndexOf('{', StringComparison.Ordinal);
        int end = route.IndexOf('}', StringComparison.Ordinal);
        return route[..begin] + Uri.EscapeDataString(name) + route[(end + 1)..];
    }
}
