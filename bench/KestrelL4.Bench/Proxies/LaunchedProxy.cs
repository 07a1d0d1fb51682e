namespace KestrelL4.Bench.Proxies;

/// <summary>A proxy that serves, and the time from its execution until its first answer.</summary>
internal sealed record LaunchedProxy(RunningProxy Proxy, TimeSpan StartTime);
