using BenchmarkDotNet.Attributes;
using KestrelL4.RateLimiting;
using KestrelL4.Registry;

namespace KestrelL4.MicroBench;

/// <summary>What it costs to ask every limit of a client for a place and to give it back.</summary>
public class LimitBenchmarks
{
    private static readonly RateLimit None = RateLimit.None;
    private static readonly Client Alice = new() { Name = "alice", Grants = new Dictionary<string, Grant> { ["echo"] = new() } };

    private readonly ClientLimits _limits = new(None, TimeProvider.System);
    private RateLimit _numbers = None;

    /// <summary>Whether every scope has numbers.</summary>
    [Params(false, true)]
    public bool Limited { get; set; }

    [GlobalSetup]
    public void SetUp()
    {
        _numbers = Limited ? new RateLimit { MaxConcurrentConnections = 1000, ConnectionsPerWindow = int.MaxValue } : None;
        _limits.Node.Numbers = _numbers;
    }

    [Benchmark]
    public void AdmitAndLeave() =>
        _limits.For(Limited ? Alice with { RateLimit = _numbers } : Alice, Alice.Grants["echo"], "echo", _numbers).Acquire().Dispose();
}
