using System.Net;
using BenchmarkDotNet.Attributes;
using KestrelL4.Upstreams;

namespace KestrelL4.MicroBench;

/// <summary>What it costs to pick an upstream and to leave it again, among few and many.</summary>
public class PickBenchmarks
{
    private static readonly IReadOnlyList<Upstream> Tried = [];

    private UpstreamSet _upstreams = null!;

    [Params(2, 10, 1000)]
    public int Upstreams { get; set; }

    [Params(Balancing.LeastConnections, Balancing.RoundRobin, Balancing.PowerOfTwoChoices, Balancing.ClientHash)]
    public Balancing Balancing { get; set; }

    [GlobalSetup]
    public void SetUp() => _upstreams = new UpstreamSet(
        [.. Enumerable.Range(0, Upstreams).Select(static i => new Upstream($"u{i}", new IPEndPoint(IPAddress.Loopback, 1 + i)))],
        TimeProvider.System,
        PickRules.Of(new ApplicationSettings { Balancing = Balancing }));

    [Benchmark]
    public void PickAndLeave() => _upstreams.Pick(Tried, new ClientKey("alice"))!.Leave();
}
