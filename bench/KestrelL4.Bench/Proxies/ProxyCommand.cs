namespace KestrelL4.Bench.Proxies;

/// <summary>How a configured proxy is started.</summary>
/// <param name="Arguments">Its arguments.</param>
internal sealed record ProxyCommand(IReadOnlyList<string> Arguments)
{
    /// <summary>What is asked of it every second while it runs; null = nothing.</summary>
    public Uri? Scraped { get; init; }
}
